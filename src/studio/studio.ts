// The studio: a data set, a folder of runs and a socket, from the start to a stop.
import { once } from "node:events";
import type { Server } from "node:http";
import { basename, resolve } from "node:path";
import { packageVersion } from "../app/package-version.ts";
import { addressOf, createHttpServer, listen } from "../serve/http/http-server.ts";
import { openBeside } from "./data/beside.ts";
import { openData } from "./data/open-data.ts";
import { openPictures } from "./data/open-pictures.ts";
import { drawToken, ENTRANCE, TOKEN } from "./http/guard.ts";
import { readPages } from "./http/pages.ts";
import { createRoutes } from "./http/routes.ts";
import type { StudioOptions } from "./options.ts";
import type { StudioParts } from "./parts.ts";
import { TableThread } from "./tables/table-thread.ts";

const LIMITS = { bodyTimeoutMs: 30_000, deadlineMs: 120_000 };

/** Listens until it is stopped. */
export class Studio implements AsyncDisposable {
  /** The address that lets a browser in. */
  readonly url: string;
  readonly #server: Server;
  readonly #parts: StudioParts;

  private constructor(server: Server, parts: StudioParts, url: string) {
    this.#server = server;
    this.#parts = parts;
    this.url = url;
  }

  /**
   * Opens the data and the runs, then listens.
   * @throws ClassifierTrainingError kind "usage": what composing the configuration throws, `PORT_IN_USE`, `ADDRESS_UNUSABLE`; kind
   * "data" where the data set cannot be opened; kind "failure" `PAGES_NOT_BUILT`
   */
  static async start(options: StudioOptions): Promise<Studio> {
    const pages = await readPages();
    const parts = await openParts(options);
    const token = options.token ?? drawToken();
    const hosts: string[] = [];
    let fetch: ReturnType<typeof createRoutes>["fetch"] = () => new Response(null, { status: 503 });
    const server = createHttpServer((request, env) => fetch(request, env), LIMITS);
    try {
      await listen(server, options);
    } catch (error) {
      await close(parts);
      throw error;
    }
    const { host, port } = new URL(addressOf(server));
    hosts.push(host, ...(options.host === "127.0.0.1" ? [`localhost:${port}`] : []));
    fetch = createRoutes(parts, { token, hosts, cookie: `classifier-training-studio-${port}` }, pages).fetch;
    return new Studio(server, parts, `http://${host}${ENTRANCE}?${TOKEN}=${encodeURIComponent(token)}`);
  }

  /** Ends every connection. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
    await close(this.#parts);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

async function openParts({
  configuration,
  registry,
  imports,
  runs,
  readOnly,
  note,
}: StudioOptions): Promise<StudioParts> {
  const data =
    configuration === undefined ? undefined : await openData({ configuration, registry, imports, note });
  const beside = data?.root === undefined ? undefined : await openBeside(data.root, readOnly, note);
  const tables = new TableThread(data?.splits);
  const closing = [...(beside?.lock === undefined ? [] : [beside.lock]), tables];
  const pictures = data === undefined ? undefined : await openPictures({ data, beside, note });
  const name = basename(resolve(data?.root ?? runs));
  const mayLook = readOnly || beside?.closed === "taken";
  return {
    ...{ version: packageVersion(), name, data, pictures, tables, runs, imports, readOnly: mayLook },
    ...{ closing, note },
  };
}

async function close({ pictures, closing }: StudioParts): Promise<void> {
  pictures?.close();
  for (const part of closing) await part[Symbol.asyncDispose]();
}

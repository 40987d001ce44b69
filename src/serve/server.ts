// The server: models, threads and a socket, from the start to a stop that leaves no request unanswered.
import { createServer, type Server, STATUS_CODES } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { ClassifierTrainingError } from "../core/index.ts";
import type { AccessEntry } from "./access-entry.ts";
import { Admission } from "./admission.ts";
import { answerTo, requestError } from "./errors.ts";
import { closeLingering } from "./http/lingering-close.ts";
import { createRoutes } from "./http/routes.ts";
import { Metrics } from "./metrics.ts";
import type { ModelSource, ServeOptions } from "./options.ts";
import { PreparationPool } from "./preparation-pool.ts";
import { ServedModel } from "./served-model.ts";

/** Where the server's words go. */
export interface ServerOutput {
  /** Lines for whoever runs the server. */
  note(line: string): void;
  /** Every request, when it is over. */
  log(entry: AccessEntry): void;
  /** Of this toolkit. */
  readonly version: string;
}

const HEADERS_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 15_000;
/** How often what takes too long is looked for. */
const CHECKING_MS = 1000;
const MOST_HEADERS = 100;
const MOST_CONNECTIONS = 2048;

/** Listens until it is stopped. */
export class ModelServer implements AsyncDisposable {
  readonly models: ReadonlyMap<string, ServedModel>;
  readonly #server: Server;
  readonly #pool: PreparationPool;
  readonly #beginStop: () => void;
  #stopped: Promise<void> | undefined;

  private constructor(
    server: Server,
    models: ReadonlyMap<string, ServedModel>,
    pool: PreparationPool,
    beginStop: () => void,
  ) {
    this.#server = server;
    this.models = models;
    this.#pool = pool;
    this.#beginStop = beginStop;
  }

  /**
   * Loads the models, then listens.
   * @throws ClassifierTrainingError kind "data" where a model cannot be loaded; kind "usage": `MODEL_NAMES`, `PORT_IN_USE`,
   * `ADDRESS_UNUSABLE`
   */
  static async start(
    sources: readonly ModelSource[],
    options: ServeOptions,
    { note, log, version }: ServerOutput,
  ): Promise<ModelServer> {
    checkNames(sources);
    const models = new Map<string, ServedModel>();
    const pool = await PreparationPool.start(options.workers, note);
    const admission = new Admission(options);
    let isStopping = false;
    try {
      const metrics = await Metrics.create({
        requests: () => admission.requests,
        bytes: () => admission.bytes,
        readyModels: () => [...models.values()].filter((model) => model.isReady).length,
      });
      for (const source of sources) {
        const { batchSize: size, batchWindowMs: windowMs, threads } = options;
        const began = (pictures: number): void => {
          metrics.batched(source.name, pictures);
          pool.dispatch();
        };
        const events = { note, loaded: metrics.loaded };
        models.set(source.name, await ServedModel.open(source, { size, windowMs, threads, began }, events));
      }
      const parts = { models, pool, admission, metrics, limits: options, version, note, log };
      const routes = createRoutes({ ...parts, isStopping: () => isStopping });
      const server = createHttpServer(routes.fetch, options);
      await listen(server, options);
      for (const model of models.values()) model.watch(options.reloadMs);
      return new ModelServer(server, models, pool, () => {
        isStopping = true;
      });
    } catch (error) {
      await Promise.all([...models.values()].map((model) => model.close()));
      await pool.close();
      throw error;
    }
  }

  /** Such as `http://127.0.0.1:8080`. */
  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  }

  /** Takes no more connections, answers what is under way, and ends what takes longer than `graceMs`. */
  stop(graceMs = 30_000): Promise<void> {
    this.#stopped ??= this.#stop(graceMs);
    return this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop(0);
  }

  async #stop(graceMs: number): Promise<void> {
    this.#beginStop();
    const cut = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    clearTimeout(cut);
    await Promise.all(Array.from(this.models.values(), (model) => model.close()));
    await this.#pool.close();
  }
}

type Fetch = Parameters<typeof getRequestListener>[0];

function createHttpServer(fetch: Fetch, { bodyTimeoutMs, deadlineMs }: ServeOptions): Server {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      // The reader of bodies has a timer of its own, which says more.
      requestTimeout: HEADERS_TIMEOUT_MS + bodyTimeoutMs,
      connectionsCheckingInterval: CHECKING_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    getRequestListener(fetch, {
      // For what has no Host; nothing is made of it.
      hostname: "localhost",
      overrideGlobalObjects: false,
      errorHandler: () => answerInvalid("the request's address is not valid"),
    }),
  );
  server.maxHeadersCount = MOST_HEADERS;
  server.maxConnections = MOST_CONNECTIONS;
  server.setTimeout(HEADERS_TIMEOUT_MS + bodyTimeoutMs + deadlineMs);
  server.on("connection", closeLingering);
  refuseBadClients(server);
  return server;
}

/** Answers what is no HTTP, or too slow, where no answer of another request could be mistaken for it. */
function refuseBadClients(server: Server): void {
  const underWay = new WeakMap<Socket, number>();
  server.on("request", ({ socket }, response) => {
    underWay.set(socket, (underWay.get(socket) ?? 0) + 1);
    response.on("close", () => underWay.set(socket, underWay.get(socket)! - 1));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Socket;
    // Has its answer, and is read until it is gone.
    if (socket.writableEnded) return;
    if (!socket.writable || error.code === "ECONNRESET" || (underWay.get(socket) ?? 0) > 0) {
      socket.destroy();
      return;
    }
    const { status, body } = answerTo(clientErrorOf(error.code));
    const text = JSON.stringify(body);
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(text)}`,
      "Connection: close",
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n${text}`);
    socket.destroySoon();
  });
}

function clientErrorOf(code: string | undefined): Error {
  if (code === "HPE_HEADER_OVERFLOW") return requestError("HEADERS_TOO_LARGE", "the headers are too large");
  if (code === "ERR_HTTP_REQUEST_TIMEOUT")
    return requestError("REQUEST_TIMEOUT", "the request did not arrive in time");
  return requestError("REQUEST_INVALID", "this is not a request in HTTP/1.1");
}

function answerInvalid(message: string): Response {
  const { status, body } = answerTo(requestError("REQUEST_INVALID", message));
  return Response.json(body, { status, headers: { Connection: "close" } });
}

function listen(server: Server, { host, port }: ServeOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const where = `${host}:${port}`;
      const taken = new ClassifierTrainingError("usage", "PORT_IN_USE", "another program listens here", {
        where,
        hint: "choose another --port; 0 is any that is free",
      });
      const message = `cannot listen here: ${error.code ?? error.message}`;
      const unusable = new ClassifierTrainingError("usage", "ADDRESS_UNUSABLE", message, {
        where,
        hint: "choose --host among this machine's addresses, and a --port that this user may use",
      });
      reject(error.code === "EADDRINUSE" ? taken : unusable);
    });
    server.listen({ host, port }, resolve);
  });
}

function checkNames(sources: readonly ModelSource[]): void {
  const paths = new Map<string, string>();
  for (const { name, path } of sources) {
    const other = paths.get(name);
    if (other !== undefined) {
      const message = `${other} and ${path} would both be called "${name}"`;
      throw new ClassifierTrainingError("usage", "MODEL_NAMES", message, {
        hint: "name them: NAME=FILE",
      });
    }
    paths.set(name, path);
  }
}

// The server: models, threads and a socket, from the start to a stop that leaves no request unanswered.
import type { Server } from "node:http";
import { ClassifierTrainingError } from "../core/index.ts";
import type { AccessEntry } from "./access-entry.ts";
import { Admission } from "./admission.ts";
import { addressOf, createHttpServer, listen } from "./http/http-server.ts";
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
    return addressOf(this.#server);
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

// A model under its name: follows its file, and answers with the old version until a new one is ready.
import { ClassifierTrainingError } from "../core/index.ts";
import { type FileStamp, fileStamp } from "../platform/index.ts";
import { requestError } from "./errors.ts";
import { ModelVersion, type VersionOptions } from "./model-version.ts";
import type { ModelSource } from "./options.ts";

/** What is told of a model's life, for people and for counting. */
export interface ModelEvents {
  /** A line for whoever runs the server. */
  note(line: string): void;
  loaded(name: string, succeeded: boolean): void;
}

type Loading = Omit<VersionOptions, "lost">;

/** Always has a version, but while one that failed is loaded again. */
export class ServedModel {
  readonly source: ModelSource;
  readonly #options: VersionOptions;
  readonly #events: ModelEvents;
  #current: ModelVersion | undefined;
  /** Of the file that is served or was refused. */
  #known: FileStamp | undefined;
  /** What the last look saw: a file that is still being written changes. */
  #seen: FileStamp | undefined;
  #isLoading = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;

  private constructor(source: ModelSource, options: Loading, events: ModelEvents) {
    this.source = source;
    this.#options = { ...options, lost: (version, error) => this.#lost(version, error) };
    this.#events = events;
  }

  /** @throws ClassifierTrainingError kind "data" where the model cannot be loaded */
  static async open(source: ModelSource, options: Loading, events: ModelEvents): Promise<ServedModel> {
    const model = new ServedModel(source, options, events);
    model.#known = fileStamp(source.path);
    model.#seen = model.#known;
    model.#current = await ModelVersion.load(source, model.#options);
    events.loaded(source.name, true);
    return model;
  }

  /** The version that answers now. @throws ClassifierTrainingError `MODEL_RESTARTING` */
  get version(): ModelVersion {
    if (this.#current !== undefined) return this.#current;
    throw requestError("MODEL_RESTARTING", `the model "${this.source.name}" is being loaded again`);
  }

  get isReady(): boolean {
    return this.#current !== undefined;
  }

  /** Looks at the file every so often. */
  watch(everyMs: number): void {
    this.#timer = setInterval(() => void this.#look(), everyMs);
    this.#timer.unref();
  }

  /** Ends when all requests are answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#current?.retire();
  }

  async #look(): Promise<void> {
    if (this.#isLoading) return;
    const stamp = stampOf(this.source.path);
    const isSettled = isSame(stamp, this.#seen);
    const isNew = !isSame(stamp, this.#known);
    this.#seen = stamp;
    if (!isSettled) return;
    this.#known = stamp;
    const { name, path } = this.source;
    if (stamp !== undefined && (isNew || !this.isReady)) await this.#load();
    if (stamp === undefined && isNew)
      this.#events.note(`${path}: the file is gone; ${this.#whatGoesOn(name)}`);
  }

  async #load(): Promise<void> {
    const { name } = this.source;
    this.#isLoading = true;
    try {
      const next = await ModelVersion.load(this.source, this.#options);
      if (this.#isClosed) return await next.retire();
      const old = this.#current;
      this.#current = next;
      void old?.retire();
      this.#events.loaded(name, true);
      this.#events.note(`the model "${name}" was loaded again: ${next.description.sha256.slice(0, 12)}`);
    } catch (error) {
      this.#events.loaded(name, false);
      const line = error instanceof ClassifierTrainingError ? error.toLine() : String(error);
      this.#events.note(`${line}; ${this.#whatGoesOn(name)}`);
    } finally {
      this.#isLoading = false;
    }
  }

  #whatGoesOn(name: string): string {
    return this.isReady ? `the model "${name}" that was loaded goes on` : `there is no model "${name}"`;
  }

  #lost(version: ModelVersion, error: Error): void {
    if (this.#isClosed || version !== this.#current) return;
    this.#current = undefined;
    this.#events.note(
      `the thread of the model "${this.source.name}" ended: ${error.message}; it is loaded again`,
    );
    if (!this.#isLoading) void this.#load();
  }
}

/** Undefined as well for what cannot be looked at. */
function stampOf(path: string): FileStamp | undefined {
  try {
    return fileStamp(path);
  } catch {
    return undefined;
  }
}

function isSame(a: FileStamp | undefined, b: FileStamp | undefined): boolean {
  return a?.size === b?.size && a?.modified === b?.modified;
}

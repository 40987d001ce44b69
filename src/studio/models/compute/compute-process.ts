// The process that computes: started when it is first needed, and again after it died, whatever killed it.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ClassifierTrainingError } from "../../../core/index.ts";
import { RequestThread, type RequestWorker, ThreadLost } from "../../../serve/index.ts";
import type { ComputeRequests } from "./protocol.ts";

/** Requests that may wait; each may hold a picture. */
const MOST_WAITING = 24;

/** How long an answer may take before the process is ended: a hostile model may compute for ever. */
const PATIENCE_MS = 100_000;

/** What the process loads, and who hears of its end. */
export interface ComputeOptions {
  /** Modules of the user that register components. */
  readonly imports: readonly string[];
  /** How long an answer may take; default 100 s. */
  readonly patienceMs?: number;
  /** A line for whoever runs the studio. */
  note(line: string): void;
}

/** One process for all models; it works on one request after another. */
export class ComputeProcess implements AsyncDisposable {
  readonly #note: (line: string) => void;
  readonly #imports: readonly string[];
  readonly #patienceMs: number;
  #process: RequestThread<ComputeRequests> | undefined;
  #pid: number | undefined;
  #waiting = 0;

  constructor({ note, imports, patienceMs = PATIENCE_MS }: ComputeOptions) {
    this.#note = note;
    this.#imports = imports;
    this.#patienceMs = patienceMs;
  }

  /** Of the process that was started last; undefined before there is one. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /**
   * @throws ClassifierTrainingError as the request does; kind "failure" `COMPUTE_LOST` where the process died of it,
   * `COMPUTE_SLOW`, `COMPUTE_BUSY`
   */
  async ask<K extends keyof ComputeRequests>(
    kind: K,
    request: ComputeRequests[K]["request"],
  ): Promise<ComputeRequests[K]["answer"]> {
    if (this.#waiting >= MOST_WAITING) {
      throw new ClassifierTrainingError("failure", "COMPUTE_BUSY", "too many pictures wait", {
        hint: "try again when some have been answered",
      });
    }
    this.#process ??= this.#start();
    const process = this.#process;
    this.#waiting++;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#forget(process);
      void process.end();
    }, this.#patienceMs);
    try {
      return await process.ask(kind, request);
    } catch (error) {
      if (!(error instanceof ThreadLost)) throw error;
      const message = isLate
        ? `no answer within ${this.#patienceMs / 1000} s, so it was given up`
        : "the process that computes ended on the way; the next request starts another";
      throw new ClassifierTrainingError("failure", isLate ? "COMPUTE_SLOW" : "COMPUTE_LOST", message);
    } finally {
      clearTimeout(timer);
      this.#waiting--;
    }
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    await process?.end();
  }

  #start(): RequestThread<ComputeRequests> {
    const forked = new ForkedProcess(this.#imports);
    this.#pid = forked.pid;
    const process: RequestThread<ComputeRequests> = new RequestThread(forked, (error) => {
      this.#forget(process);
      this.#note(`the process that computes ended: ${error.message}; the next request starts another`);
    });
    return process;
  }

  #forget(process: RequestThread<ComputeRequests>): void {
    if (this.#process === process) this.#process = undefined;
  }
}

/** A child process in the place of a thread: native code that crashes takes no more with it. */
class ForkedProcess implements RequestWorker {
  readonly #child: ChildProcess;

  constructor(imports: readonly string[]) {
    const isSource = import.meta.url.endsWith(".ts");
    const entry = new URL(isSource ? "./answer.ts" : "./answer.js", import.meta.url);
    this.#child = fork(fileURLToPath(entry), imports, {
      serialization: "advanced",
      execArgv: isSource ? ["--import", import.meta.resolve("tsx/esm")] : [],
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  on(event: "message" | "error" | "exit", listener: (value: never) => void): unknown {
    const told = listener as (value: unknown) => void;
    if (event !== "exit") return this.#child.on(event, told);
    return this.#child.on("exit", (code, signal) => told(new Error(signal ?? `exit code ${code}`)));
  }

  postMessage(request: unknown): void {
    this.#child.send(request as object, (error) => error !== null && this.#child.emit("error", error));
  }

  async terminate(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}

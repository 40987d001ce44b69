// A session whose variables and programs live in a compute thread: checks at the boundary, the work there.
import type { HostTensor } from "../../core/index.ts";
import type { BoundProgram, Program, Storage, VariableRef } from "../../graph/index.ts";
import { isOp } from "../../graph/index.ts";
import { compileByBatch } from "../batch-executable.ts";
import { checkVariable, checkWrite } from "../boundary.ts";
import type { Executable, Precision, Session, VariableWrite } from "../contract.ts";
import type { ComputeClient } from "./compute-client.ts";
import { disposedError } from "./disposed-error.ts";
import { elementsFor, fromThread } from "./elements.ts";
import { ThreadedExecutable } from "./executable.ts";
import { encodeProgram } from "./program-codec.ts";
import type { Requests, SessionRequests } from "./protocol.ts";

/** What a session is opened with, all defaults filled in. */
export interface ThreadedSessionOptions {
  readonly runtime: string;
  readonly storages: readonly Storage[];
  readonly precision: Precision;
  readonly threads: number;
  /** Is told what makes a program slower than it could be. */
  readonly onRemark?: ((line: string) => void) | undefined;
}

/** Checks what it is asked, then asks its compute thread, which it ends when it is disposed of. */
export class ThreadedSession<R extends Requests<R>> implements Session {
  readonly runtime: string;
  readonly precision: Precision;
  readonly threads: number;
  readonly client: ComputeClient<R>;
  readonly #storages: ReadonlyMap<string, Storage>;
  readonly #onRemark: ((line: string) => void) | undefined;
  #closing: Promise<void> | undefined;

  /** @param client of a thread that has opened a session over the same storages */
  constructor(client: ComputeClient<R>, options: ThreadedSessionOptions) {
    const { runtime, storages, precision, threads, onRemark } = options;
    this.client = client;
    this.#onRemark = onRemark;
    this.#storages = new Map(storages.map((storage) => [storage.name, storage]));
    this.runtime = runtime;
    this.precision = precision;
    this.threads = threads;
  }

  async compile(program: Program): Promise<Executable> {
    this.assertOpen();
    for (const node of program.nodes) {
      if (isOp(node, "variable")) checkVariable(this.#storages, node.params.variable);
    }
    for (const { variable } of program.updates) checkVariable(this.#storages, variable);
    return compileByBatch(program, async (bound) => {
      const compiled = await this.client.ask("compile", { program: encodeProgram(bound) });
      if (compiled.remark !== undefined) this.#onRemark?.(compiled.remark);
      return this.executable(bound, compiled);
    });
  }

  /** What stands here for a program that the thread has compiled. */
  protected executable(program: BoundProgram, compiled: SessionRequests["compile"]["answer"]): Executable {
    return new ThreadedExecutable(this, program, compiled);
  }

  async read(variables: readonly VariableRef[]): Promise<HostTensor[]> {
    this.assertOpen();
    for (const variable of variables) checkVariable(this.#storages, variable);
    const data = await this.client.ask("read", { variables });
    return variables.map((variable, i) => fromThread(variable, data[i]!));
  }

  async write(entries: readonly VariableWrite[]): Promise<void> {
    this.assertOpen();
    for (const entry of entries) checkWrite(this.#storages, entry);
    await this.client.ask("write", {
      entries: entries.map(({ variable, tensor }) => ({ variable, data: elementsFor(tensor, variable) })),
    });
  }

  async dispose(): Promise<void> {
    this.#closing ??= this.client.close();
    await this.#closing;
  }

  /** Whether the thread has been told to end: it answers nothing that is asked from then on. */
  get disposed(): boolean {
    return this.#closing !== undefined;
  }

  /** @throws ClassifierTrainingError `RUNTIME_DISPOSED` once the session, or the executable that asks, is disposed of. */
  assertOpen(executableDisposed = false): void {
    if (this.disposed) throw disposedError(this.runtime, "session");
    if (executableDisposed) throw disposedError(this.runtime, "executable");
  }
}

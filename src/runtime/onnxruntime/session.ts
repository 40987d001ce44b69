// A session of onnxruntime: variables in the host's memory, one ONNX session for each program.
import type { InferenceSession } from "onnxruntime-node";
import { ClassifierTrainingError, type HostTensor } from "../../core/index.ts";
import type { BoundProgram, Program, Storage, VariableRef } from "../../graph/index.ts";
import { compileByBatch } from "../batch-executable.ts";
import type { Executable, Precision, Session, VariableWrite } from "../contract.ts";
import { OnnxRuntimeExecutable } from "./executable.ts";
import type { Library } from "./library.ts";
import { VariableStore } from "./variable-store.ts";

/** Calls are run one after another, also those of its executables. */
export class OnnxRuntimeSession implements Session {
  readonly runtime = "onnxruntime";
  readonly precision: Precision = "32-true";
  readonly threads: number;
  readonly store: VariableStore;
  readonly #library: Library;
  readonly #executables = new Set<Executable>();
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(library: Library, storages: readonly Storage[], threads: number) {
    this.#library = library;
    this.threads = threads;
    this.store = new VariableStore(storages);
  }

  async compile(program: Program): Promise<Executable> {
    this.assertOpen();
    this.store.check(program);
    return compileByBatch(program, (bound) => this.#compile(bound));
  }

  #compile(program: BoundProgram): Promise<Executable> {
    return this.exclusively(async () => {
      this.assertOpen();
      const executable = await OnnxRuntimeExecutable.create(this, this.#library, program, this.#options());
      this.#executables.add(executable);
      return executable;
    });
  }

  #options(): InferenceSession.SessionOptions {
    return {
      executionProviders: ["cpu"],
      intraOpNumThreads: this.threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      logSeverityLevel: 3,
      // A program's threads wait for work in a busy loop while it runs; without this they would go on after it
      // and take the processor from the next program, of which there are several here.
      extra: { session: { force_spinning_stop: "1" } },
    };
  }

  read(variables: readonly VariableRef[]): Promise<HostTensor[]> {
    return this.exclusively(async () => {
      this.assertOpen();
      return variables.map((variable) => this.store.read(variable));
    });
  }

  write(entries: readonly VariableWrite[]): Promise<void> {
    return this.exclusively(async () => {
      this.assertOpen();
      this.store.write(entries);
    });
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    await Promise.all(Array.from(this.#executables, (executable) => executable.dispose()));
    await this.exclusively(async () => {
      this.#disposed = true;
      this.store.clear();
    });
  }

  /** Runs `task` after all that was asked for before it. */
  exclusively<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }

  forget(executable: Executable): void {
    this.#executables.delete(executable);
  }

  /** @throws ClassifierTrainingError `RUNTIME_DISPOSED` once the session, or the executable that asks, is disposed. */
  assertOpen(executableDisposed = false): void {
    if (!this.#disposed && !executableDisposed) return;
    throw new ClassifierTrainingError(
      "failure",
      "RUNTIME_DISPOSED",
      `the ${this.#disposed ? "session" : "executable"} of runtime onnxruntime has been disposed of`,
    );
  }
}

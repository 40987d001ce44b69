// A session of onnxruntime where it computes: variables in this thread's memory, ONNX sessions for each program.
import type { InferenceSession } from "onnxruntime-node";
import type { TensorData } from "../../core/index.ts";
import type { BoundProgram, Storage, VariableRef } from "../../graph/index.ts";
import { type OnnxLibrary, onnxPlatform } from "../../platform/onnxruntime.ts";
import { disposedError, type NamedData } from "../threaded/index.ts";
import { OnnxRuntimeExecutable } from "./executable.ts";
import { VariableStore } from "./variable-store.ts";

/** What a session is told when it is opened. */
export interface ComputeSessionOptions {
  readonly storages: readonly Storage[];
  readonly threads: number;
}

/** Calls are made one after another. */
export class ComputeSession {
  readonly #library: OnnxLibrary;
  readonly #threads: number;
  readonly #store: VariableStore;
  readonly #executables = new Map<number, OnnxRuntimeExecutable>();
  #nextId = 1;

  constructor(library: OnnxLibrary, { storages, threads }: ComputeSessionOptions) {
    this.#library = library;
    this.#threads = threads;
    this.#store = new VariableStore(storages);
  }

  /** @throws ClassifierTrainingError `RUNTIME_COMPILE` when onnxruntime refuses the program. */
  async compile(program: BoundProgram): Promise<{ id: number }> {
    const executable = await OnnxRuntimeExecutable.create(
      this.#library,
      program,
      this.#store,
      this.#options(),
    );
    const id = this.#nextId++;
    this.#executables.set(id, executable);
    return { id };
  }

  #options(): InferenceSession.SessionOptions {
    return {
      executionProviders: [onnxPlatform.provider],
      intraOpNumThreads: this.#threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      // Blocked layouts need constant weights; in training they only bring reorders around pooling.
      graphOptimizationLevel: "extended",
      // A plan of all memory for the next run takes half as much again as what is allocated node by node.
      enableMemPattern: false,
      logSeverityLevel: 3,
      // A program's threads wait for work in a busy loop while it runs; without this they would go on after it
      // and take the processor from the next program, of which there are several here.
      extra: { session: { force_spinning_stop: "1" } },
    };
  }

  async run(id: number, inputs: NamedData): Promise<NamedData> {
    const executable = this.#executables.get(id);
    if (executable === undefined) throw disposedError("onnxruntime", "executable");
    return executable.run(inputs);
  }

  async release(id: number): Promise<void> {
    const executable = this.#executables.get(id);
    this.#executables.delete(id);
    await executable?.release();
  }

  /** Copies of variables. */
  read(variables: readonly VariableRef[]): TensorData[] {
    return variables.map((variable) => this.#store.view(variable).slice());
  }

  write(entries: readonly { readonly variable: VariableRef; readonly data: TensorData }[]): void {
    for (const { variable, data } of entries) this.#store.write(variable, data);
  }

  async dispose(): Promise<void> {
    for (const id of [...this.#executables.keys()]) await this.release(id);
  }
}

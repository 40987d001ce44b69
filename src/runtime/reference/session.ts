// Variables in plain arrays: one flat array per storage, members are views of it.
import {
  allocate,
  ClassifierTrainingError,
  type HostTensor,
  sizeOf,
  type TensorData,
} from "../../core/index.ts";
import { isOp, type Program, type Storage, type VariableRef } from "../../graph/index.ts";
import { compileByBatch } from "../batch-executable.ts";
import { checkVariable, checkWrite } from "../boundary.ts";
import type { Collective } from "../collective.ts";
import type { Executable, Precision, Session, StorageMemory, VariableWrite } from "../contract.ts";
import { ReferenceExecutable } from "./executable.ts";
import { fromHost, heldAs, toHost } from "./tensor.ts";

/** Floats are held as float64 whatever their declared width. */
export class ReferenceSession implements Session {
  readonly runtime = "reference";
  readonly precision: Precision = "32-true";
  readonly threads = 1;
  readonly #storages: ReadonlyMap<string, Storage>;
  readonly #data: ReadonlyMap<string, TensorData>;
  #disposed = false;
  #pending: Promise<unknown> = Promise.resolve();

  /** The processes that are summed over. */
  readonly collective: Collective;

  constructor(storages: readonly Storage[], collective: Collective) {
    this.collective = collective;
    this.#storages = new Map(storages.map((storage) => [storage.name, storage]));
    this.#data = new Map(storages.map(({ name, dtype, size }) => [name, allocate(heldAs(dtype), size)]));
  }

  async compile(program: Program): Promise<Executable> {
    this.assertOpen();
    for (const node of program.nodes) {
      if (isOp(node, "variable")) checkVariable(this.#storages, node.params.variable);
    }
    for (const { variable } of program.updates) checkVariable(this.#storages, variable);
    return compileByBatch(program, async (bound) => new ReferenceExecutable(this, bound));
  }

  async read(variables: readonly VariableRef[]): Promise<HostTensor[]> {
    this.assertOpen();
    for (const variable of variables) checkVariable(this.#storages, variable);
    return this.queue(() => variables.map((variable) => toHost({ ...variable, data: this.view(variable) })));
  }

  async write(entries: readonly VariableWrite[]): Promise<void> {
    this.assertOpen();
    for (const entry of entries) checkWrite(this.#storages, entry);
    const written = entries.map(({ variable, tensor }) => ({
      variable,
      data: fromHost(tensor, variable.dtype).data,
    }));
    await this.queue(() => {
      for (const { variable, data } of written) this.set(variable, data);
    });
  }

  async memory(storage: VariableRef): Promise<StorageMemory> {
    this.assertOpen();
    return this.queue(() => ({ elements: this.view(storage) as Float64Array, layout: "rows" as const }));
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#pending;
  }

  /** Runs may wait for other processes, so that what is asked meanwhile has to wait for them. */
  queue<T>(work: () => T | Promise<T>): Promise<T> {
    const done = this.#pending.then(work);
    this.#pending = done.catch(() => undefined);
    return done;
  }

  /** The elements of a variable, not copied. */
  view({ storage, offset, shape }: VariableRef): TensorData {
    return this.#data.get(storage)!.subarray(offset, offset + sizeOf(shape));
  }

  /** Whether these elements are a variable's, not a copy of them. */
  owns({ buffer }: TensorData): boolean {
    return [...this.#data.values()].some((held) => held.buffer === buffer);
  }

  set({ storage, offset }: VariableRef, data: TensorData): void {
    (this.#data.get(storage) as Float64Array).set(data as Float64Array, offset);
  }

  /** @throws ClassifierTrainingError `RUNTIME_DISPOSED` once the session, or the executable that asks, is disposed. */
  assertOpen(executableDisposed = false): void {
    if (!this.#disposed && !executableDisposed) return;
    throw new ClassifierTrainingError(
      "failure",
      "RUNTIME_DISPOSED",
      `the ${this.#disposed ? "session" : "executable"} of runtime reference has been disposed of`,
    );
  }
}

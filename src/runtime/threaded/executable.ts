// A program that a compute thread has compiled: inputs are handed over in shared memory.
import {
  bytesPerElement,
  type HostTensor,
  isShared,
  sharedMemory,
  sizeOf,
  type TensorData,
  viewBuffer,
} from "../../core/index.ts";
import type { BoundProgram } from "../../graph/index.ts";
import { checkInputs } from "../boundary.ts";
import type { Executable } from "../contract.ts";
import type { ComputeClient } from "./compute-client.ts";
import { elementsFor, fromThread, heldAs } from "./elements.ts";
import type { NamedData, Requests, SessionRequests } from "./protocol.ts";

/** What an executable needs of its session. */
export interface ExecutableSession<R extends Requests<R>> {
  readonly client: ComputeClient<R>;
  readonly disposed: boolean;
  assertOpen(executableDisposed: boolean): void;
}

/** Memory that inputs are copied to is kept from run to run; what is shared already is not copied. */
export class ThreadedExecutable<R extends Requests<R>> implements Executable {
  readonly workspaceBytes?: number;
  protected readonly id: number;
  protected readonly client: ComputeClient<R>;
  readonly #session: ExecutableSession<R>;
  readonly #program: BoundProgram;
  /** By input; free between runs. */
  readonly #staging = new Map<string, ArrayBufferLike[]>();
  #disposed = false;

  constructor(
    session: ExecutableSession<R>,
    program: BoundProgram,
    { id, workspaceBytes }: SessionRequests["compile"]["answer"],
  ) {
    this.#session = session;
    this.client = session.client;
    this.#program = program;
    this.id = id;
    if (workspaceBytes !== undefined) this.workspaceBytes = workspaceBytes;
  }

  async run(inputs: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>> {
    const results = await this.withInputs(inputs, (staged) =>
      this.client.ask("run", { id: this.id, inputs: staged }),
    );
    return this.outputsOf(results);
  }

  /** The results of the thread as those of a run. */
  protected outputsOf(results: NamedData): Record<string, HostTensor> {
    return Object.fromEntries(
      Object.entries(this.#program.outputs).map(([name, value]) => [
        name,
        fromThread(value, results.get(name)!),
      ]),
    );
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#staging.clear();
    if (!this.#session.disposed) await this.client.ask("release", { id: this.id });
  }

  /** Checks the inputs and lends `use` their elements in memory that the thread can read. */
  protected async withInputs<T>(
    inputs: Readonly<Record<string, HostTensor>>,
    use: (staged: NamedData) => Promise<T>,
  ): Promise<T> {
    this.#session.assertOpen(this.#disposed);
    checkInputs(this.#program, inputs);
    const borrowed: (readonly [string, ArrayBufferLike])[] = [];
    const staged = new Map<string, TensorData>();
    for (const { name, dtype, shape } of this.#program.inputs) {
      const tensor = inputs[name]!;
      if (tensor.dtype === dtype && isShared(tensor.data.buffer)) {
        staged.set(name, elementsFor(tensor, { dtype }));
        continue;
      }
      const type = heldAs(dtype);
      const size = sizeOf(shape);
      const buffer = this.#staging.get(name)?.pop() ?? sharedMemory(size * bytesPerElement(type));
      const elements = viewBuffer(type, buffer, 0, size);
      (elements as Float32Array).set(tensor.data as Float32Array);
      borrowed.push([name, buffer]);
      staged.set(name, elements);
    }
    try {
      return await use(staged);
    } finally {
      for (const [name, buffer] of borrowed) {
        this.#staging.set(name, [...(this.#staging.get(name) ?? []), buffer]);
      }
    }
  }
}

// Sessions and executables as the trainer sees them: checks at the boundary, the work in the compute thread.
import { ClassifierTrainingError, type HostTensor, sizeOf, type TensorData } from "../../core/index.ts";
import {
  type BoundProgram,
  type BoundType,
  isOp,
  type Program,
  type Storage,
  type VariableRef,
} from "../../graph/index.ts";
import { compileByBatch } from "../batch-executable.ts";
import { checkInputs, checkVariable, checkWrite } from "../boundary.ts";
import type { Executable, Precision, Session, VariableWrite } from "../contract.ts";
import type { StepTime } from "./compute/executable.ts";
import type { ComputeClient } from "./compute-client.ts";
import { ELEMENT_BYTES, type ElementArray, elementTypeOf, viewElements } from "./plan/element-type.ts";
import { encodeProgram } from "./program-codec.ts";

/** Checks what it is asked, then asks its compute thread, which it ends when it is disposed of. */
export class OnednnSession implements Session {
  readonly runtime = "onednn";
  readonly precision: Precision;
  readonly threads: number;
  readonly #client: ComputeClient;
  readonly #storages: ReadonlyMap<string, Storage>;
  #disposed = false;

  constructor(client: ComputeClient, storages: readonly Storage[], precision: Precision, threads: number) {
    this.#client = client;
    this.#storages = new Map(storages.map((storage) => [storage.name, storage]));
    this.precision = precision;
    this.threads = threads;
  }

  async compile(program: Program): Promise<Executable> {
    this.assertOpen();
    for (const node of program.nodes) {
      if (isOp(node, "variable")) checkVariable(this.#storages, node.params.variable);
    }
    for (const { variable } of program.updates) checkVariable(this.#storages, variable);
    return compileByBatch(program, (bound) => this.#compile(bound));
  }

  async #compile(program: BoundProgram): Promise<OnednnExecutable> {
    const { id, workspaceBytes } = await this.#client.ask("compile", { program: encodeProgram(program) });
    return new OnednnExecutable(this, this.#client, program, id, workspaceBytes);
  }

  async read(variables: readonly VariableRef[]): Promise<HostTensor[]> {
    this.assertOpen();
    for (const variable of variables) checkVariable(this.#storages, variable);
    const data = await this.#client.ask("read", { variables });
    return variables.map(({ dtype, shape }, i) => asHost({ dtype, shape }, data[i]!));
  }

  async write(entries: readonly VariableWrite[]): Promise<void> {
    this.assertOpen();
    for (const entry of entries) checkWrite(this.#storages, entry);
    await this.#client.ask("write", {
      entries: entries.map(({ variable, tensor }) => ({ variable, data: elementsFor(tensor, variable) })),
    });
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#client.close();
  }

  /** @throws ClassifierTrainingError `RUNTIME_DISPOSED` once the session, or the executable that asks, is disposed of. */
  assertOpen(executableDisposed = false): void {
    if (!this.#disposed && !executableDisposed) return;
    throw new ClassifierTrainingError(
      "failure",
      "RUNTIME_DISPOSED",
      `the ${this.#disposed ? "session" : "executable"} of runtime onednn has been disposed of`,
    );
  }
}

/** Inputs are handed over in shared memory, which is kept from run to run. */
export class OnednnExecutable implements Executable {
  readonly workspaceBytes: number;
  readonly #session: OnednnSession;
  readonly #client: ComputeClient;
  readonly #program: BoundProgram;
  readonly #id: number;
  /** Shared memory that inputs are handed over in, by input; free between runs. */
  readonly #staging = new Map<string, SharedArrayBuffer[]>();
  #disposed = false;

  constructor(
    session: OnednnSession,
    client: ComputeClient,
    program: BoundProgram,
    id: number,
    workspaceBytes: number,
  ) {
    this.#session = session;
    this.#client = client;
    this.#program = program;
    this.#id = id;
    this.workspaceBytes = workspaceBytes;
  }

  async run(inputs: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>> {
    const results = await this.#withInputs(inputs, (staged) =>
      this.#client.ask("run", { id: this.#id, inputs: staged }),
    );
    return Object.fromEntries(
      Object.entries(this.#program.outputs).map(([name, value]) => [name, asHost(value, results.get(name)!)]),
    );
  }

  /** Runs once, updating variables as `run` does, and tells the time of every step. */
  async profile(inputs: Readonly<Record<string, HostTensor>>): Promise<readonly StepTime[]> {
    return this.#withInputs(inputs, (staged) =>
      this.#client.ask("profile", { id: this.#id, inputs: staged }),
    );
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#staging.clear();
    await this.#client.ask("release", { id: this.#id });
  }

  async #withInputs<T>(
    inputs: Readonly<Record<string, HostTensor>>,
    use: (staged: ReadonlyMap<string, ElementArray>) => Promise<T>,
  ): Promise<T> {
    this.#session.assertOpen(this.#disposed);
    checkInputs(this.#program, inputs);
    const borrowed: (readonly [string, SharedArrayBuffer])[] = [];
    const staged = new Map<string, ElementArray>();
    for (const { name, dtype, shape } of this.#program.inputs) {
      const tensor = inputs[name]!;
      if (tensor.dtype === dtype && tensor.data.buffer instanceof SharedArrayBuffer) {
        staged.set(name, elementsFor(tensor, { dtype }));
        continue;
      }
      const type = elementTypeOf(dtype);
      const buffer =
        this.#staging.get(name)?.pop() ?? new SharedArrayBuffer(sizeOf(shape) * ELEMENT_BYTES[type]);
      const elements = viewElements(type, buffer, 0, sizeOf(shape));
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

/** A host tensor's elements in the type that they are held in. */
function elementsFor({ data }: HostTensor, { dtype }: Pick<BoundType, "dtype">): ElementArray {
  if (dtype === "float32" && data instanceof Float64Array) return Float32Array.from(data);
  return data as ElementArray;
}

function asHost({ dtype, shape }: BoundType, data: TensorData | ElementArray): HostTensor {
  return { dtype, shape, data: data as TensorData } as HostTensor;
}

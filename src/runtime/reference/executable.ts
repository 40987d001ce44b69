// Running a program: node after node, then all updates at once.
import type { HostTensor, TensorData } from "../../core/index.ts";
import type { BoundNode, BoundProgram, BoundValue, VariableRef } from "../../graph/index.ts";
import { checkInputs } from "../boundary.ts";
import type { Collective } from "../collective.ts";
import type { Executable } from "../contract.ts";
import type { Kernel, RunState } from "./kernel.ts";
import { KERNELS } from "./kernels/index.ts";
import { freeSpare, giveBack, type Tensor, toHost } from "./tensor.ts";

/** What an executable needs of its session: the variables. */
export interface Variables {
  /** The elements of a variable, not copied. */
  view(variable: VariableRef): TensorData;
  set(variable: VariableRef, data: TensorData): void;
  /** Whether the array is a variable's memory. */
  owns(data: TensorData): boolean;
  assertOpen(executableDisposed: boolean): void;
  /** Does something when all that was asked before is done. */
  queue<T>(work: () => T | Promise<T>): Promise<T>;
  /** The processes that are summed over. */
  readonly collective: Collective;
}

/** A value is forgotten after its last use, so that memory is reused as the run goes on. */
export class ReferenceExecutable implements Executable {
  readonly #session: Variables;
  readonly #program: BoundProgram;
  readonly #lastUses: ReadonlyMap<BoundNode, readonly BoundValue[]>;
  #disposed = false;

  constructor(session: Variables, program: BoundProgram) {
    this.#session = session;
    this.#program = program;
    this.#lastUses = lastUses(program);
  }

  async run(inputs: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>> {
    this.#session.assertOpen(this.#disposed);
    checkInputs(this.#program, inputs);
    return this.#session.queue(() => this.#take(inputs));
  }

  async #take(inputs: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>> {
    const values = await this.#compute({
      input: (name) => inputs[name]!,
      variable: (variable) => this.#session.view(variable),
    });
    const outputs = Object.entries(this.#program.outputs).map(([name, value]) => [
      name,
      toHost(values.get(value)!),
    ]);
    const updates = this.#program.updates.map(({ variable, value }) => {
      const { data } = values.get(value)!;
      return { variable, data: this.#session.owns(data) ? data.slice() : data };
    });
    for (const { variable, data } of updates) this.#session.set(variable, data);
    return Object.fromEntries(outputs);
  }

  async #compute(state: RunState): Promise<Map<BoundValue, Tensor>> {
    const { collective } = this.#session;
    const values = new Map<BoundValue, Tensor>();
    /** How many values lie in an array: a reshaped one is its operand's. */
    const holders = new Map<ArrayBufferLike, number>();
    const hold = ({ buffer }: TensorData, more: 1 | -1): number => {
      const count = (holders.get(buffer) ?? 0) + more;
      holders.set(buffer, count);
      return count;
    };
    for (const node of this.#program.nodes) {
      const inputs = node.inputs.map((value) => values.get(value)!);
      const kernel = KERNELS[node.op] as Kernel<unknown>;
      const data =
        node.op === "allReduceSum" && collective.size > 1
          ? [await sumOf(inputs[0]!, collective)]
          : kernel(inputs, node.params, node.outputs, state);
      for (const [i, value] of node.outputs.entries()) {
        values.set(value, { dtype: value.dtype, shape: value.shape, data: data[i]! });
        hold(data[i]!, 1);
      }
      for (const value of this.#lastUses.get(node) ?? []) {
        const { data: done } = values.get(value)!;
        if (hold(done, -1) === 0 && !this.#session.owns(done)) giveBack(done);
        values.delete(value);
      }
    }
    freeSpare();
    return values;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
  }
}

async function sumOf({ data }: Tensor, collective: Collective): Promise<TensorData> {
  const sums = (data as Float64Array).slice();
  await collective.allReduce(sums);
  return sums;
}

/** For each node, the values that nothing needs after it. */
function lastUses(program: BoundProgram): Map<BoundNode, BoundValue[]> {
  const last = new Map<BoundValue, BoundNode>();
  for (const node of program.nodes)
    for (const value of [...node.inputs, ...node.outputs]) last.set(value, node);
  for (const value of Object.values(program.outputs)) last.delete(value);
  for (const { value } of program.updates) last.delete(value);
  const byNode = new Map<BoundNode, BoundValue[]>();
  for (const [value, node] of last) byNode.set(node, [...(byNode.get(node) ?? []), value]);
  return byNode;
}

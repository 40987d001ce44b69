// When a variable's old value is read for the last time, and when its new one is: before and behind that its memory is free.
import { sizeOf } from "../../core/index.ts";
import {
  type BoundNode,
  type BoundProgram,
  type BoundUpdate,
  type BoundValue,
  isOp,
  type OpName,
  type VariableRef,
} from "../../graph/index.ts";
import { nodesOf, type Unit } from "./units.ts";
import { Uses } from "./uses.ts";

/** Ops whose result may lie in the memory of their operand. */
const VIEWS: ReadonlySet<OpName> = new Set<OpName>(["reshape", "transpose", "broadcastTo", "slice", "cast"]);

/** By the index of units in the order in which they are lowered. */
export class LastReads {
  readonly #reads: readonly { readonly variable: VariableRef; readonly unit: number }[];
  readonly #uses: Uses;
  readonly #index: ReadonlyMap<BoundNode, number>;
  readonly #results: readonly BoundValue[];

  constructor(program: BoundProgram, units: readonly Unit[]) {
    const uses = new Uses(program);
    const index = new Map<BoundNode, number>();
    this.#uses = uses;
    this.#index = index;
    this.#results = [...Object.values(program.outputs), ...program.updates.map(({ value }) => value)];
    for (const [i, unit] of units.entries()) for (const node of nodesOf(unit)) index.set(node, i);
    const lastUse = (value: BoundValue): number => {
      if (uses.isResult(value)) return Number.POSITIVE_INFINITY;
      const users = uses.of(value);
      return Math.max(
        -1,
        ...users.map((user) => index.get(user)!),
        ...users.filter(({ op }) => VIEWS.has(op)).map((user) => lastUse(user.outputs[0]!)),
      );
    };
    this.#reads = program.nodes
      .filter((node) => isOp(node, "variable"))
      .map(({ params, outputs }) => ({ variable: params.variable, unit: lastUse(outputs[0]!) }));
  }

  /**
   * Index of the last unit that makes or reads an updated variable's new value, in whatever view; infinite where another
   * result is made of it as well.
   */
  ofUpdate({ value }: BoundUpdate): number {
    let origin = value;
    while (VIEWS.has(origin.node.op)) origin = origin.node.inputs[0]!;
    const views = this.#viewsOf(origin);
    if (this.#results.filter((result) => views.includes(result)).length > 1) return Number.POSITIVE_INFINITY;
    const nodes = views.flatMap((view) => [view.node, ...this.#uses.of(view)]);
    return Math.max(...nodes.map((node) => this.#index.get(node) ?? Number.POSITIVE_INFINITY));
  }

  #viewsOf(value: BoundValue): BoundValue[] {
    const further = this.#uses.of(value).filter(({ op }) => VIEWS.has(op));
    return [value, ...further.flatMap((user) => this.#viewsOf(user.outputs[0]!))];
  }

  /** Index of the last unit that reads any element of the variable; -1 for none, infinite for a result. */
  of({ storage, offset, shape }: VariableRef): number {
    const end = offset + sizeOf(shape);
    return Math.max(
      -1,
      ...this.#reads
        .filter(
          ({ variable }) =>
            variable.storage === storage &&
            variable.offset < end &&
            offset < variable.offset + sizeOf(variable.shape),
        )
        .map(({ unit }) => unit),
    );
  }
}

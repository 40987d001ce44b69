// When a variable's old value is read for the last time: from then on its memory may take the new one.
import { sizeOf } from "../../core/index.ts";
import {
  type BoundNode,
  type BoundProgram,
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

  constructor(program: BoundProgram, units: readonly Unit[]) {
    const uses = new Uses(program);
    const index = new Map<BoundNode, number>();
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

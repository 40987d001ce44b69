// Steps that are loops in JavaScript over row-major tensors.
import type { BoundNode, BoundValue } from "../../../graph/index.ts";
import { type Elements, loose } from "../host/elements.ts";
import type { ElementType } from "../plan/element-type.ts";
import type { Planner } from "../plan/planner.ts";
import type { Tensor } from "../plan/tensor.ts";

/** Computes `results` from `operands`, all row by row. */
export type Loop = (operands: readonly Elements[], results: readonly Elements[]) => void;

/** Appends a loop over a node's operands; its results are held row by row, in the types of the graph. */
export function lowerLoop(planner: Planner, node: BoundNode, loop: Loop): void {
  const operands = node.inputs.map((value) => planner.rowMajor(value));
  const results = node.outputs.map((value) => planner.produceRows(value));
  addLoop(planner, node.op, operands, results, loop);
}

/** Appends a loop over tensors. */
export function addLoop(
  planner: Planner,
  label: string,
  operands: readonly Tensor[],
  results: readonly Tensor[],
  loop: Loop,
): void {
  planner.addStep({
    work: "host",
    label: `${label} of ${operands.map(({ shape }) => `[${shape.join(", ")}]`).join(" ")}`,
    reads: operands.map(({ region }) => region),
    writes: results.map(({ region }) => region),
    bind: (memory) => {
      const from = operands.map((tensor) => loose(memory.elementsOf(tensor)));
      const to = results.map((tensor) => loose(memory.elementsOf(tensor)));
      return () => loop(from, to);
    },
  });
}

/** How a value is held row by row. */
export function rowType(planner: Planner, value: BoundValue): ElementType {
  const { type } = planner.tensor(value);
  return type === "bf16" ? "f32" : type;
}

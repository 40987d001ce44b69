// Which values are made again for the backward pass instead of being kept from the forward one.
import { type BoundNode, type BoundProgram, type BoundValue, isOp } from "../../graph/index.ts";
import { nodesOf, type Unit } from "./units.ts";
import { Uses } from "./uses.ts";

/**
 * Results of batch norm + ReLU that only convolutions read. Their gradient needs the operand and one bit an
 * element, so a weight gradient alone would keep them; from the operand they come again in one pass through memory.
 */
export function recomputedValues(program: BoundProgram, units: readonly Unit[]): ReadonlySet<BoundValue> {
  const uses = new Uses(program);
  const unitOf = new Map<BoundNode, Unit>();
  for (const unit of units) for (const node of nodesOf(unit)) unitOf.set(node, unit);
  const recomputed = new Set<BoundValue>();
  for (const unit of units) {
    if (unit.kind !== "batchNormRelu" || !isOp(unit.normalization, "batchNormTraining")) continue;
    const [y] = unit.relu.outputs as readonly [BoundValue];
    const readers = uses.of(y).filter((node) => !isMaskOf(y, unitOf.get(node)!));
    const byConvolutions = readers.every((node) => readsAsImage(node, y));
    if (byConvolutions && !uses.isResult(y) && readers.some((node) => isOp(node, "conv2dWeightGrad"))) {
      recomputed.add(y);
    }
  }
  return recomputed;
}

/** Whether the unit reads of `y` only where it is positive, which the forward step left as bits. */
function isMaskOf(y: BoundValue, unit: Unit): boolean {
  return unit.kind === "batchNormReluGrad" && unit.mask.activated === y;
}

function readsAsImage(node: BoundNode, y: BoundValue): boolean {
  const isConvolution = isOp(node, "conv2d") || isOp(node, "conv2dWeightGrad");
  return isConvolution && node.inputs[0] === y && !node.inputs.slice(1).includes(y);
}

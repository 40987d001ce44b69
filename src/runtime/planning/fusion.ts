// What is computed together: groups the nodes of a program into units.
import { type BoundNode, type BoundProgram, isOp } from "../../graph/index.ts";
import { normalizationGradientOf } from "./batch-norm-relu.ts";
import { type CanJoin, groupElementwise } from "./elementwise-groups.ts";
import { matchReluGradient, type ReluGradient } from "./relu-gradient.ts";
import { nodesOf, type Unit } from "./units.ts";
import { Uses } from "./uses.ts";

/**
 * Groups a program's nodes into units, operands first.
 *
 * @param canJoin which elementwise nodes the runtime can compute together with others
 */
export function fuse(program: BoundProgram, canJoin: CanJoin): Unit[] {
  const uses = new Uses(program);
  const unitOf = new Map<BoundNode, Unit>();
  const claim = (unit: Unit): void => {
    for (const node of nodesOf(unit)) unitOf.set(node, unit);
  };
  for (const node of program.nodes) {
    const unit = batchNormRelu(node, uses) ?? linear(node, uses);
    if (unit !== undefined) claim(unit);
  }
  const masks = new Map<BoundNode, ReluGradient>();
  for (const node of program.nodes) {
    const mask = matchReluGradient(node, uses);
    if (mask === undefined) continue;
    const fused = batchNormReluGrad(mask, uses);
    if (fused !== undefined) claim(fused);
    else masks.set(node, mask);
  }
  for (const group of groupElementwise(
    program,
    masks,
    (node, mask) => !unitOf.has(node) && canJoin(node, mask),
  )) {
    claim({ kind: "elementwise", nodes: group });
  }
  for (const node of program.nodes) if (!unitOf.has(node)) unitOf.set(node, { kind: "node", node });
  return inOrder(program, unitOf);
}

function batchNormRelu(node: BoundNode, uses: Uses): Unit | undefined {
  if (!isOp(node, "batchNormTraining") && !isOp(node, "batchNormInference")) return undefined;
  const relu = uses.only(node.outputs[0]!);
  return relu !== undefined && isOp(relu, "relu")
    ? { kind: "batchNormRelu", normalization: node, relu }
    : undefined;
}

function linear(node: BoundNode, uses: Uses): Unit | undefined {
  if (!isOp(node, "matmul")) return undefined;
  const user = uses.only(node.outputs[0]!);
  const reshape = user !== undefined && isOp(user, "reshape") ? user : undefined;
  const product = (reshape ?? node).outputs[0]!;
  const sum = reshape === undefined ? user : uses.only(product);
  if (sum === undefined || !isOp(sum, "add")) return undefined;
  const bias = sum.inputs[0] === product ? sum.inputs[1]! : sum.inputs[0]!;
  const width = node.outputs[0]!.shape.at(-1);
  const isRow = bias.shape.length === 1 && bias.shape[0] === width && product.shape.at(-1) === width;
  return isRow ? { kind: "linear", product: node, reshape, sum, bias } : undefined;
}

function batchNormReluGrad(mask: ReluGradient, uses: Uses): Unit | undefined {
  const gradient = normalizationGradientOf(mask, uses);
  return gradient && { kind: "batchNormReluGrad", gradient, mask };
}

/** Units in an order in which each comes after those it takes values from. */
function inOrder(program: BoundProgram, unitOf: ReadonlyMap<BoundNode, Unit>): Unit[] {
  const order: Unit[] = [];
  const state = new Map<Unit, "open" | "done">();
  const visit = (unit: Unit): void => {
    const stack: { unit: Unit; next: Unit[] }[] = [];
    const enter = (entered: Unit): void => {
      state.set(entered, "open");
      const next = nodesOf(entered).flatMap((node) => node.inputs.map((input) => unitOf.get(input.node)!));
      stack.push({ unit: entered, next });
    };
    enter(unit);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const operand = top.next.shift();
      if (operand === undefined) {
        state.set(top.unit, "done");
        order.push(top.unit);
        stack.pop();
      } else if (!state.has(operand)) enter(operand);
    }
  };
  for (const node of program.nodes) {
    const unit = unitOf.get(node)!;
    if (!state.has(unit)) visit(unit);
  }
  return order;
}

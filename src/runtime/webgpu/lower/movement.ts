// Ops that move elements: most are views.
import { stridesOf } from "../../../core/index.ts";
import type { BoundNode } from "../../../graph/index.ts";
import type { Planner } from "../plan/planner.ts";
import { newTensor, type Tensor } from "../plan/tensor.ts";
import { fillKernel } from "../wgsl/copy.ts";
import { broadcastTo } from "./elementwise.ts";

/** A view, after the operand has been put in order where its strides do not allow one. */
export function lowerReshape(planner: Planner, node: BoundNode<"reshape">): void {
  const [x] = node.inputs;
  const { shape } = node.params;
  planner.hold(node.outputs[0]!, { ...planner.inStrides(x!), shape, strides: stridesOf(shape) });
}

/** A sum over the only process. */
export function lowerOfOneProcess(planner: Planner, node: BoundNode<"allReduceSum">): void {
  planner.hold(node.outputs[0]!, planner.inStrides(node.inputs[0]!));
}

/** A view with its strides in another order. */
export function lowerTranspose(planner: Planner, node: BoundNode<"transpose">): void {
  const held = planner.tensor(node.inputs[0]!);
  const { permutation } = node.params;
  planner.hold(node.outputs[0]!, {
    ...held,
    shape: permutation.map((axis) => held.shape[axis]!),
    strides: permutation.map((axis) => held.strides[axis]!),
  });
}

/** A view with strides of 0. */
export function lowerBroadcast(planner: Planner, node: BoundNode<"broadcastTo">): void {
  planner.hold(node.outputs[0]!, broadcastTo(planner.tensor(node.inputs[0]!), node.params.shape));
}

/** A view that begins further on. */
export function lowerSlice(planner: Planner, node: BoundNode<"slice">): void {
  const { starts } = node.params;
  planner.hold(node.outputs[0]!, box(planner.tensor(node.inputs[0]!), starts, node.outputs[0]!.shape));
}

/** The part of a tensor from `starts` on with sizes `shape`. */
function box(tensor: Tensor, starts: readonly number[], shape: readonly number[]): Tensor {
  const offset = starts.reduce((sum, start, axis) => sum + start * tensor.strides[axis]!, tensor.offset);
  return { ...tensor, shape, offset };
}

/** Copies each part to its place. */
export function lowerConcat(planner: Planner, node: BoundNode<"concat">): void {
  const [y] = node.outputs;
  const target = planner.produceLike(y!, node.inputs);
  const starts = y!.shape.map(() => 0);
  for (const part of node.inputs) {
    planner.copy(planner.tensor(part), box(target, starts, part.shape), "part");
    starts[node.params.axis]! += part.shape[node.params.axis]!;
  }
}

/** Fills the result, and copies the operand into it. */
export function lowerPad(planner: Planner, node: BoundNode<"pad">): void {
  const [x] = node.inputs;
  const [y] = node.outputs;
  const { before, value } = node.params;
  const { type } = planner.tensor(x!);
  const target = planner.hold(y!, newTensor(type, y!.shape));
  planner.emit(fillKernel(target, value, planner.traits));
  planner.copy(planner.tensor(x!), box(target, before, x!.shape), "into the padding");
}

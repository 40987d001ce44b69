// Pooling over channels-last maps: an invocation for each result, four channels at once where they divide by 4.
import { type BoundNode, type BoundValue, isOp, type Pool2dParams } from "../../../graph/index.ts";
import type { Planner } from "../plan/planner.ts";
import { channelsLastStrides, newTensor, type Tensor } from "../plan/tensor.ts";
import { emitWindows, offsetOf, windowLoop } from "./windows.ts";

/** Sizes of a pooling as its kernels need them. */
interface Sizes extends Pool2dParams {
  /** Of the images, [N, C, H, W]. */
  readonly input: readonly number[];
  readonly output: readonly number[];
}

/** Where the program has its gradient too, the position of each maximum in its window is kept for it. */
export function lowerMaxPool(planner: Planner, node: BoundNode<"maxPool2d">): void {
  const [x] = node.inputs;
  const [y] = node.outputs;
  const isDifferentiated = planner
    .users(y!)
    .some((user) => isOp(user, "maxPool2dGrad") && user.inputs[2] === y);
  emitMaxPool(
    planner,
    x!,
    y!,
    node.params,
    planner.produceActivation(y!, channelsLastStrides(y!.shape)),
    isDifferentiated,
  );
}

function emitMaxPool(
  planner: Planner,
  x: BoundValue,
  y: BoundValue,
  params: Pool2dParams,
  target: Tensor,
  withPositions: boolean,
): void {
  const sizes = { ...params, input: x.shape, output: y.shape };
  const source = planner.channelsLast(x);
  const positions = newTensor("u32", y.shape, target.strides);
  if (withPositions) planner.maxima.set(y, positions);
  emitWindows(planner, {
    work: "pooling",
    label: "maxPool2d",
    shape: y.shape,
    inputs: [source],
    outputs: withPositions ? [target, positions] : [target],
    body: (v) => {
      const { f, u } = v;
      return `var best = ${f}(0.0);
  var position = ${u}(0u);
  var first = true;
  ${windowLoop(
    sizes,
    `let value = ${v.read(0, offsetOf("y", "x", sizes.input, v.width))};
      if (first) { best = value; position = ${u}(ky * ${params.kernel[1]}u + kx); first = false; }
      else {
        let larger = value > best;
        best = select(best, value, larger);
        position = select(position, ${u}(ky * ${params.kernel[1]}u + kx), larger);
      }`,
  )}
  ${v.write(0, "best")}
  ${withPositions ? v.write(1, "position") : ""}`;
    },
  });
}

/**
 * Each element of the input sums the windows that chose it; the forward pass is run again where it kept no
 * positions.
 */
export function lowerMaxPoolGrad(planner: Planner, node: BoundNode<"maxPool2dGrad">): void {
  const [dy, x, y] = node.inputs as [BoundValue, BoundValue, BoundValue];
  const { params } = node;
  if (!planner.maxima.has(y)) {
    emitMaxPool(
      planner,
      x,
      y,
      params,
      newTensor(planner.half ?? "f32", y.shape, channelsLastStrides(y.shape)),
      true,
    );
  }
  const sizes = { ...params, input: x.shape, output: y.shape };
  const target = planner.produceActivation(node.outputs[0]!, channelsLastStrides(x.shape));
  emitWindows(planner, {
    work: "pooling",
    label: "maxPool2dGrad",
    shape: x.shape,
    inputs: [planner.channelsLast(dy), planner.maxima.get(y)!],
    outputs: [target],
    body: (v) => {
      const place = offsetOf("oy", "ox", sizes.output, v.width);
      return `var sum = ${v.f}(0.0);
  ${coveringLoop(
    sizes,
    `let position = (row + ${params.padding[0]}u - oy * ${params.stride[0]}u) * ${params.kernel[1]}u + column + ${params.padding[1]}u - ox * ${params.stride[1]}u;
      sum += select(${v.f}(0.0), ${v.read(0, place)}, ${v.read(1, place)} == ${v.u}(position));`,
  )}
  ${v.write(0, "sum")}`;
    },
  });
}

/** Zeros of the padding count in the mean. */
export function lowerAvgPool(planner: Planner, node: BoundNode<"avgPool2d">): void {
  const [x] = node.inputs;
  const [y] = node.outputs;
  const sizes = { ...node.params, input: x!.shape, output: y!.shape };
  const target = planner.produceActivation(y!, channelsLastStrides(y!.shape));
  const count = sizes.kernel[0] * sizes.kernel[1];
  emitWindows(planner, {
    work: "pooling",
    label: "avgPool2d",
    shape: y!.shape,
    inputs: [planner.channelsLast(x!)],
    outputs: [target],
    body: (v) => `var sum = ${v.f}(0.0);
  ${windowLoop(sizes, `sum += ${v.read(0, offsetOf("y", "x", sizes.input, v.width))};`)}
  ${v.write(0, `sum / ${count}.0`)}`,
  });
}

/** Each element of the input sums its share of the windows that cover it. */
export function lowerAvgPoolGrad(planner: Planner, node: BoundNode<"avgPool2dGrad">): void {
  const [dy] = node.inputs;
  const { inputShape } = node.params;
  const sizes = { ...node.params, input: inputShape, output: dy!.shape };
  const target = planner.produceActivation(node.outputs[0]!, channelsLastStrides(inputShape));
  const count = sizes.kernel[0] * sizes.kernel[1];
  emitWindows(planner, {
    work: "pooling",
    label: "avgPool2dGrad",
    shape: inputShape,
    inputs: [planner.channelsLast(dy!)],
    outputs: [target],
    body: (v) => `var sum = ${v.f}(0.0);
  ${coveringLoop(sizes, `sum += ${v.read(0, offsetOf("oy", "ox", sizes.output, v.width))};`)}
  ${v.write(0, `sum / ${count}.0`)}`,
  });
}

/** `body` at every window `oy`, `ox` that covers `row`, `column`. */
function coveringLoop({ kernel, stride, padding, output }: Sizes, body: string): string {
  const first = (place: string, axis: 0 | 1): string => {
    const reach = kernel[axis] - padding[axis] - 1;
    // The first window ends at or behind the place: o * stride + kernel - 1 - padding >= place.
    return reach >= 0
      ? `select(0u, (${place} - ${reach}u + ${stride[axis] - 1}u) / ${stride[axis]}u, ${place} > ${reach}u)`
      : `(${place} + ${-reach + stride[axis] - 1}u) / ${stride[axis]}u`;
  };
  const last = (place: string, axis: 0 | 1): string =>
    `min((${place} + ${padding[axis]}u) / ${stride[axis]}u + 1u, ${output[2 + axis]}u)`;
  return `let oy_end = ${last("row", 0)};
  let ox_end = ${last("column", 1)};
  for (var oy = ${first("row", 0)}; oy < oy_end; oy++) {
    for (var ox = ${first("column", 1)}; ox < ox_end; ox++) {
      ${body}
    }
  }`;
}

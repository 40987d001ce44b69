// Pooling over channels-last maps: an invocation for each result, four channels at once where they divide by 4.
import { sizeOf } from "../../../core/index.ts";
import { type BoundNode, type BoundValue, isOp, type Pool2dParams } from "../../../graph/index.ts";
import { spread } from "../plan/dispatch.ts";
import type { Planner } from "../plan/planner.ts";
import { channelsLastStrides, newTensor, type Tensor } from "../plan/tensor.ts";
import { KernelFrame, type Operand } from "../wgsl/kernel.ts";

const WORKGROUP = 256;

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
  emitWindows(
    planner,
    "maxPool2d",
    y.shape,
    [source],
    withPositions ? [target, positions] : [target],
    (v) => {
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
  );
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
  emitWindows(
    planner,
    "maxPool2dGrad",
    x.shape,
    [planner.channelsLast(dy), planner.maxima.get(y)!],
    [target],
    (v) => {
      const place = offsetOf("oy", "ox", sizes.output, v.width);
      return `var sum = ${v.f}(0.0);
  ${coveringLoop(
    sizes,
    `let position = (row + ${params.padding[0]}u - oy * ${params.stride[0]}u) * ${params.kernel[1]}u + column + ${params.padding[1]}u - ox * ${params.stride[1]}u;
      sum += select(${v.f}(0.0), ${v.read(0, place)}, ${v.read(1, place)} == ${v.u}(position));`,
  )}
  ${v.write(0, "sum")}`;
    },
  );
}

/** Zeros of the padding count in the mean. */
export function lowerAvgPool(planner: Planner, node: BoundNode<"avgPool2d">): void {
  const [x] = node.inputs;
  const [y] = node.outputs;
  const sizes = { ...node.params, input: x!.shape, output: y!.shape };
  const target = planner.produceActivation(y!, channelsLastStrides(y!.shape));
  emitWindows(planner, "avgPool2d", y!.shape, [planner.channelsLast(x!)], [target], (v) => {
    const count = sizes.kernel[0] * sizes.kernel[1];
    return `var sum = ${v.f}(0.0);
  ${windowLoop(sizes, `sum += ${v.read(0, offsetOf("y", "x", sizes.input, v.width))};`)}
  ${v.write(0, `sum / ${count}.0`)}`;
  });
}

/** Each element of the input sums its share of the windows that cover it. */
export function lowerAvgPoolGrad(planner: Planner, node: BoundNode<"avgPool2dGrad">): void {
  const [dy] = node.inputs;
  const { inputShape } = node.params;
  const sizes = { ...node.params, input: inputShape, output: dy!.shape };
  const target = planner.produceActivation(node.outputs[0]!, channelsLastStrides(inputShape));
  emitWindows(planner, "avgPool2dGrad", inputShape, [planner.channelsLast(dy!)], [target], (v) => {
    const count = sizes.kernel[0] * sizes.kernel[1];
    return `var sum = ${v.f}(0.0);
  ${coveringLoop(sizes, `sum += ${v.read(0, offsetOf("oy", "ox", sizes.output, v.width))};`)}
  ${v.write(0, `sum / ${count}.0`)}`;
  });
}

/** How a kernel's body reads and writes, for one channel or four. */
interface Elements {
  readonly width: 1 | 4;
  /** Types of values and of positions. */
  readonly f: string;
  readonly u: string;
  read(input: number, index: string): string;
  write(output: number, value: string): string;
}

/** A kernel with an invocation for every position of `shape`: `image`, `channel` (or group of four), `row`, `column`. */
function emitWindows(
  planner: Planner,
  label: string,
  shape: readonly number[],
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  body: (elements: Elements) => string,
): void {
  const [images, channels, height, width] = shape as [number, number, number, number];
  const wide = channels % 4 === 0 && [...inputs, ...outputs].every(({ offset }) => offset % 4 === 0);
  const step = wide ? 4 : 1;
  const operands: Operand[] = [
    ...outputs.map((tensor): Operand => ({ tensor, written: true, width: step })),
    ...inputs.map((tensor): Operand => ({ tensor, width: step })),
  ];
  const frame = new KernelFrame(operands);
  const count = sizeOf([images, height, width, channels / step]);
  const text = body({
    width: step,
    f: wide ? "vec4f" : "f32",
    u: wide ? "vec4u" : "u32",
    read: (input, index) =>
      wide ? frame.read4(outputs.length + input, index) : frame.read(outputs.length + input, index),
    write: (output, value) => (wide ? frame.write4(output, "i", value) : frame.write(output, "i", value)),
  });
  const main = `NO_SEGMENTS let i = group * ${WORKGROUP}u + lane;
  if (i >= ${count}u) { return; }
  let channel = i % ${channels / step}u;
  let pixel = i / ${channels / step}u;
  let column = pixel % ${width}u;
  let row = (pixel / ${width}u) % ${height}u;
  let image = pixel / ${width * height}u;
  ${text}`;
  planner.emit({
    work: "pooling",
    label,
    code: frame.code({ main, workgroupSize: WORKGROUP }),
    bindings: frame.bindings,
    segments: [frame.numbers],
    workgroups: [...spread(Math.ceil(count / WORKGROUP), planner.traits.workgroups), 1],
    mergeable: false,
  });
}

/** Offset of the invocation's channels at a row and a column of maps of this shape. */
function offsetOf(
  row: string,
  column: string,
  [, channels, height, width]: readonly number[],
  step: number,
): string {
  return `((image * ${height}u + ${row}) * ${width}u + ${column}) * ${channels! / step}u + channel`;
}

/** `body` at every element `y`, `x` of the window at `row`, `column`, `ky` and `kx` counting in it. */
function windowLoop({ kernel, stride, padding, input }: Sizes, body: string): string {
  return `for (var ky = 0u; ky < ${kernel[0]}u; ky++) {
    let y = row * ${stride[0]}u + ky - ${padding[0]}u;
    if (y >= ${input[2]}u) { continue; }
    for (var kx = 0u; kx < ${kernel[1]}u; kx++) {
      let x = column * ${stride[1]}u + kx - ${padding[1]}u;
      if (x >= ${input[3]}u) { continue; }
      ${body}
    }
  }`;
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

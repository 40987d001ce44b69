// Convolutions whose groups have one channel of the input each, and their gradients: no products of matrices.
import type { Shape } from "../../../core/index.ts";
import {
  type BoundNode,
  type BoundValue,
  type Conv2dParams,
  flopsOf,
  type Pair,
} from "../../../graph/index.ts";
import type { Planner } from "../plan/planner.ts";
import { channelsLastStrides, type Tensor } from "../plan/tensor.ts";
import { columnBlocks, columnReduction, reducersOf } from "../wgsl/column-reduction.ts";
import type { KernelFrame } from "../wgsl/kernel.ts";
import { chunksOf } from "./column-sums.ts";
import { partsOfGradient } from "./weight-gradient-sums.ts";
import { emitWindows, offsetOf, windowLoop } from "./windows.ts";

/** Parts that a weight's gradient has at most. */
const MOST_PARTS = 64;

/** Whether every group has one channel of the input. @param weightShape [O, C / groups, kH, kW] */
export function isDepthwise(weightShape: Shape, groups: number): boolean {
  return groups > 1 && weightShape[1] === 1;
}

/** A weight [O, 1, kH, kW] seen as [1, O, kH, kW] with its channels closest together. */
function tapsFirst(planner: Planner, weight: BoundValue): Tensor {
  const [outs, , height, width] = weight.shape as [number, number, number, number];
  const seen = [1, outs, height, width];
  if (weight.node.op === "variable") return planner.packedWeight(weight, outs, seen);
  const lies = planner.inStrides(weight, [1, 1, width * outs, outs], 4);
  return { ...lies, shape: seen, strides: channelsLastStrides(seen) };
}

function describe(direction: string, x: Shape, weight: Shape, { stride }: Conv2dParams): string {
  const [images, , height, width] = x;
  return `${direction} of ${weight[0]} channels by themselves ${weight.slice(2).join("x")} /${stride.join(",")} ${height}x${width} x${images}`;
}

/** Each result by itself: its window's elements, one for each tap of its channel. */
export function lowerDepthwise(planner: Planner, node: BoundNode<"conv2d">): void {
  const [x, weight, bias] = node.inputs as [BoundValue, BoundValue, BoundValue?];
  const [y] = node.outputs as readonly [BoundValue];
  const [height, width] = weight.shape.slice(2) as [number, number];
  const each = y.shape[1]! / x.shape[1]!;
  const inputs = [planner.channelsLast(x, 4), tapsFirst(planner, weight)];
  emitWindows(planner, {
    work: "convolution",
    label: describe("conv2d", x.shape, weight.shape, node.params),
    flops: flopsOf(node as unknown as BoundNode),
    shape: y.shape,
    inputs,
    vectors: bias === undefined ? [] : [planner.inStrides(bias)],
    outputs: [planner.produceActivation(y, channelsLastStrides(y.shape))],
    mayBeWide: each === 1,
    body: (v) => {
      const place = offsetOf("y", "x", x.shape, v.width, each === 1 ? "channel" : `channel / ${each}u`);
      const tap = `(ky * ${width}u + kx) * ${y.shape[1]! / v.width}u + channel`;
      return `var sum = ${bias === undefined ? `${v.f}(0.0)` : v.readVector(0)};
  ${windowLoop({ ...node.params, kernel: [height, width], input: x.shape }, `sum = fma(${v.read(0, place)}, ${v.read(1, tap)}, sum);`)}
  ${v.write(0, "sum")}`;
    },
  });
}

/** Each element of the input sums the results that it was part of. */
export function lowerDepthwiseInputGrad(planner: Planner, node: BoundNode<"conv2dInputGrad">): void {
  const [dy, weight] = node.inputs as [BoundValue, BoundValue];
  const [dx] = node.outputs as readonly [BoundValue];
  const { params } = node;
  const { inputShape } = params;
  const kernel = weight.shape.slice(2) as unknown as Pair;
  const outs = dy.shape[1]!;
  const each = outs / inputShape[1]!;
  const inputs = [planner.channelsLast(dy, 4), tapsFirst(planner, weight)];
  emitWindows(planner, {
    work: "convolution",
    label: describe("conv2dInputGrad", inputShape, weight.shape, params),
    flops: flopsOf(node as unknown as BoundNode),
    shape: inputShape,
    inputs,
    outputs: [planner.produceActivation(dx, channelsLastStrides(inputShape))],
    mayBeWide: each === 1,
    body: (v) => {
      const add = (out: string): string => {
        const place = offsetOf("oy", "ox", dy.shape, v.width, out);
        const tap = `(ky * ${kernel[1]}u + kx) * ${outs / v.width}u + ${out}`;
        return `sum = fma(${v.read(0, place)}, ${v.read(1, tap)}, sum);`;
      };
      const all =
        each === 1
          ? add("channel")
          : `for (var out = channel * ${each}u; out < (channel + 1u) * ${each}u; out++) { ${add("out")} }`;
      return `var sum = ${v.f}(0.0);
  ${tapsLoop("ky", "oy", "row", 0, { params, kernel, output: dy.shape }, tapsLoop("kx", "ox", "column", 1, { params, kernel, output: dy.shape }, all))}
  ${v.write(0, "sum")}`;
    },
  });
}

/** `body` for each tap `k` along an axis by which the position `at` was part of a result, at `o`. */
function tapsLoop(
  k: string,
  o: string,
  at: string,
  axis: 0 | 1,
  sizes: { readonly params: Conv2dParams; readonly kernel: Pair; readonly output: Shape },
  body: string,
): string {
  const { params, kernel, output } = sizes;
  const [stride, padding, dilation] = [params.stride[axis], params.padding[axis], params.dilation[axis]];
  const isStepped = dilation === 1;
  const first = isStepped ? `(${at} + ${padding}u) % ${stride}u` : "0u";
  const isOff = isStepped || stride === 1 ? "" : `${k}_away % ${stride}u != 0u || `;
  return `for (var ${k} = ${first}; ${k} < ${kernel[axis]}u; ${k} += ${isStepped ? stride : 1}u) {
    let ${k}_away = ${at} + ${padding}u - ${k} * ${dilation}u;
    let ${o} = ${k}_away / ${stride}u;
    if (${isOff}${at} + ${padding}u < ${k} * ${dilation}u || ${o} >= ${output[2 + axis]}u) { continue; }
    ${body}
  }`;
}

/** Each tap of each channel sums over all positions of the batch, in parts; an invocation takes a row of taps. */
export function lowerDepthwiseWeightGrad(planner: Planner, node: BoundNode<"conv2dWeightGrad">): void {
  const [x, dy] = node.inputs as [BoundValue, BoundValue];
  const [dw] = node.outputs as readonly [BoundValue];
  const { weightShape, stride, padding, dilation } = node.params;
  const [outs, , kernelHeight, kernelWidth] = weightShape as [number, number, number, number];
  const [, channels, height, width] = x.shape as [number, number, number, number];
  const [images, , outHeight, outWidth] = dy.shape as [number, number, number, number];
  const each = outs / channels;
  const source = planner.channelsLast(x, 4);
  const gradient = planner.channelsLast(dy, 4);
  const isWide = each === 1 && outs % 4 === 0 && [source, gradient].every(({ offset }) => offset % 4 === 0);
  const step = isWide ? 4 : 1;
  // Every invocation keeps its sums in workgroup memory in the end.
  const fits = 256 * 4 * step * kernelWidth <= planner.traits.workgroupMemory;
  const together = fits ? kernelWidth : 1;
  const taps = kernelHeight * kernelWidth;
  const columns = (taps / together) * outs;
  const rows = images * outHeight * outWidth;
  const planned = chunksOf(planner.traits, rows, columns, step);
  const chunk = Math.max(planned.chunk, Math.ceil(rows / MOST_PARTS));
  const chunks = Math.ceil(rows / chunk);
  const partial = partsOfGradient(planner, dw, [chunks, 1, taps, outs], outs);
  const units = outs / step;
  const sums = Array.from({ length: together }, (_, i) => `sum${i}`);
  const read = (frame: KernelFrame, operand: number, index: string): string =>
    isWide ? frame.read4(operand, index) : frame.read(operand, index);
  const { code, frame } = columnReduction({
    rows,
    columns,
    chunk,
    width: step,
    reducers: reducersOf(planner.traits),
    operands: [
      { tensor: partial, written: true, width: step },
      { tensor: gradient, width: step },
      { tensor: source, width: step },
    ],
    state: sums.map((name) => ({ name, type: "V", start: "V(0.0)" })),
    prepare: () => `let channel = column % ${units}u;
    let tap = (column / ${units}u) * ${together}u;
    let ky = (tap / ${kernelWidth}u) * ${dilation[0]}u; let kx = (tap % ${kernelWidth}u) * ${dilation[1]}u;`,
    step: (own) => `let y = ((row / ${outWidth}u) % ${outHeight}u) * ${stride[0]}u + ky - ${padding[0]}u;
      if (y >= ${height}u) { continue; }
      let line = ((row / ${outHeight * outWidth}u) * ${height}u + y) * ${width}u;
      let first = (row % ${outWidth}u) * ${stride[1]}u + kx - ${padding[1]}u;
      let slope = ${read(own, 1, `row * ${units}u + channel`)};
      ${sums
        .map((sum, i) => {
          const place = `(line + x) * ${channels / step}u + channel${each === 1 ? "" : ` / ${each}u`}`;
          return `{ let x = first + ${i * dilation[1]}u; if (x < ${width}u) { ${sum} = fma(slope, ${read(own, 2, place)}, ${sum}); } }`;
        })
        .join("\n      ")}`,
    merge: sums.map((sum) => `${sum}_a += ${sum}_b;`).join(" "),
    store: (
      own,
    ) => `let place = (chunk * ${taps}u + (column / ${units}u) * ${together}u) * ${units}u + column % ${units}u;
    ${sums
      .map((sum, i) => {
        const at = `place + ${i * units}u`;
        return isWide ? own.write4(0, at, sum) : own.write(0, at, sum);
      })
      .join(" ")}`,
  });
  planner.emit({
    work: "convolution",
    label: describe("conv2dWeightGrad", x.shape, weightShape, node.params),
    flops: flopsOf(node as unknown as BoundNode),
    code,
    bindings: frame.bindings,
    segments: [frame.numbers],
    workgroups: [columnBlocks(columns, step), chunks, 1],
    mergeable: false,
  });
}

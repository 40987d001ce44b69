// Convolution and its two gradients as products of implicit matrices; maps have their channels closest together.
import type { Shape } from "../../../core/index.ts";
import { type BoundNode, type BoundValue, type Conv2dParams, flopsOf } from "../../../graph/index.ts";
import { spread } from "../plan/dispatch.ts";
import type { Planner } from "../plan/planner.ts";
import { channelsLastStrides, type Tensor } from "../plan/tensor.ts";
import { type Gemm, gemmCode } from "../wgsl/gemm.ts";
import { KernelFrame, type Operand } from "../wgsl/kernel.ts";
import {
  type Geometry,
  gradientSide,
  hasPhases,
  patchColumnSide,
  patchSide,
  phaseSetup,
  weightColumnSide,
} from "./convolution-sides.ts";
import {
  isDepthwise,
  lowerDepthwise,
  lowerDepthwiseInputGrad,
  lowerDepthwiseWeightGrad,
} from "./depthwise.ts";
import { choosePartCount, chooseTile } from "./gemm-tile.ts";
import { biasQuad } from "./matmul.ts";
import { matrixSide } from "./matrix-side.ts";
import { partsOfGradient } from "./weight-gradient-sums.ts";

function geometryOf(input: Shape, weight: Shape, output: Shape, params: Conv2dParams): Geometry {
  const { stride, padding, dilation, groups } = params;
  const pad = (channels: number): number => (groups === 1 ? Math.ceil(channels / 4) * 4 : channels / groups);
  return {
    images: input[0]!,
    input: [input[2]!, input[3]!],
    output: [output[2]!, output[3]!],
    kernel: [weight[2]!, weight[3]!],
    stride,
    padding,
    dilation,
    groups,
    inChannels: pad(input[1]!),
    outChannels: pad(output[1]!),
  };
}

/** Maps whose channels lie closest together, in fours: as they are, or copied beside zeros. */
function mapsInFours(planner: Planner, value: BoundValue, groups: number): Tensor {
  const channels = value.shape[1]!;
  if (groups !== 1 || channels % 4 === 0) return planner.channelsLast(value, 4);
  return planner.padded(value, Math.ceil(channels / 4) * 4);
}

/** A weight whose channels lie closest together, in fours where maps have them so. */
function weightInFours(planner: Planner, value: BoundValue, groups: number): Tensor {
  const [, ins, height, width] = value.shape as [number, number, number, number];
  const channels = groups === 1 ? Math.ceil(ins / 4) * 4 : ins;
  const lies = channels === ins && height * width === 1 && planner.tensor(value).offset % 4 === 0;
  if (value.node.op === "variable" && !lies) return planner.packedWeight(value, channels);
  return mapsInFours(planner, value, groups);
}

function emit(
  planner: Planner,
  label: string,
  frame: KernelFrame,
  gemm: Gemm,
  flops: number,
  depth: number,
): void {
  const { tile, m, n } = gemm;
  planner.emit({
    work: "convolution",
    label,
    flops,
    code: gemmCode(frame, 0, gemm),
    bindings: frame.bindings,
    segments: [frame.numbers],
    workgroups: [
      ...spread(Math.ceil(m / tile.rows) * Math.ceil(n / tile.columns), planner.traits.workgroups),
      depth,
    ],
    mergeable: false,
  });
}

function describe(direction: string, g: Geometry): string {
  const text = `${direction} ${g.inChannels}->${g.outChannels} ${g.kernel.join("x")} /${g.stride.join(",")} ${g.input.join("x")} x${g.images}`;
  return g.groups === 1 ? text : `${text} groups ${g.groups}`;
}

/** One product of [N H' W', taps C] and [taps C, O] for each group, the bias added as results are stored. */
export function lowerConvolution(planner: Planner, node: BoundNode<"conv2d">): void {
  const [x, weight, bias] = node.inputs as [BoundValue, BoundValue, BoundValue?];
  const [y] = node.outputs as readonly [BoundValue];
  const { groups } = node.params;
  if (isDepthwise(weight.shape, groups)) {
    lowerDepthwise(planner, node);
    return;
  }
  const g = geometryOf(x.shape, weight.shape, y.shape, node.params);
  const source = mapsInFours(planner, x, groups);
  const weights = weightInFours(planner, weight, groups);
  const biasTensor = bias === undefined ? undefined : planner.inStrides(bias);
  const target = planner.produceActivation(y, channelsLastStrides(y.shape));
  const outs = weight.shape[0]! / groups;
  const wide = g.inChannels % 4 === 0;
  const wideStore = outs % 4 === 0 && target.offset % 4 === 0;
  const operands: Operand[] = [
    { tensor: target, written: true, width: wideStore ? 4 : 1 },
    { tensor: source, width: wide ? 4 : 1 },
    { tensor: weights, width: wide ? 4 : 1 },
    ...(biasTensor === undefined ? [] : [{ tensor: biasTensor }]),
  ];
  const frame: KernelFrame = new KernelFrame(operands);
  const own = (): KernelFrame => frame;
  const [m, k] = [g.images * g.output[0] * g.output[1], g.kernel[0] * g.kernel[1] * g.inChannels];
  const tile = chooseTile(planner.traits, { m, n: outs, batch: groups, isSplit: false });
  emit(
    planner,
    describe("conv2d", g),
    frame,
    {
      tile,
      m,
      n: outs,
      k,
      parts: 1,
      setup: "let z_group = wid.z;",
      a: patchSide({ geometry: g, frame: own, operand: 1, wide, depth: tile.depth }),
      b: matrixSide({
        frame: own,
        operand: 2,
        outStride: k,
        depthStride: 1,
        outs,
        depths: k,
        begin: `z_group * ${outs * k}u`,
        wide,
      }),
      rowPlace: `let row_place = row * ${groups * outs}u + z_group * ${outs}u;`,
      wideStore,
      half: planner.half,
      ...(biasTensor === undefined
        ? {}
        : {
            bias: (column) => biasQuad(frame, 3, `z_group * ${outs}u + ${column}`, groups * outs, 1),
          }),
    },
    flopsOf(node as unknown as BoundNode),
    groups,
  );
}

/** Rows are positions of the input; where a stride leaves taps without effect, they are taken phase by phase. */
export function lowerConvolutionInputGrad(planner: Planner, node: BoundNode<"conv2dInputGrad">): void {
  const [dy, weight] = node.inputs as [BoundValue, BoundValue];
  const [dx] = node.outputs as readonly [BoundValue];
  const { groups, inputShape } = node.params;
  if (isDepthwise(weight.shape, groups)) {
    lowerDepthwiseInputGrad(planner, node);
    return;
  }
  const g = geometryOf(inputShape, weight.shape, dy.shape, node.params);
  const gradient = mapsInFours(planner, dy, groups);
  const weights = weightInFours(planner, weight, groups);
  const target = planner.produceActivation(dx, channelsLastStrides(inputShape));
  const ins = inputShape[1]! / groups;
  const wideA = g.outChannels % 4 === 0;
  const wideB = g.inChannels % 4 === 0;
  const wideStore = ins % 4 === 0 && target.offset % 4 === 0;
  const frame: KernelFrame = new KernelFrame([
    { tensor: target, written: true, width: wideStore ? 4 : 1 },
    { tensor: gradient, width: wideA ? 4 : 1 },
    { tensor: weights, width: wideB ? 4 : 1 },
  ]);
  const own = (): KernelFrame => frame;
  const phased = hasPhases(g);
  const phases = phased ? g.stride[0] * g.stride[1] : 1;
  const [height, width] = phased
    ? [Math.ceil(g.input[0] / g.stride[0]), Math.ceil(g.input[1] / g.stride[1])]
    : g.input;
  const [m, k] = [g.images * height! * width!, g.kernel[0] * g.kernel[1] * g.outChannels];
  const tile = chooseTile(planner.traits, { m, n: ins, batch: groups * phases, isSplit: false });
  const side = { geometry: g, frame: own, depth: tile.depth };
  const outs = weight.shape[0]! / groups;
  const place = phased
    ? `let place_y = ((row / size_x) % size_y) * ${g.stride[0]}u + phase_y; let place_x = (row % size_x) * ${g.stride[1]}u + phase_x;
      let row_place = (((row / (size_x * size_y)) * ${g.input[0]}u + place_y) * ${g.input[1]}u + place_x) * ${groups * ins}u + z_group * ${ins}u;`
    : `let row_place = row * ${groups * ins}u + z_group * ${ins}u;`;
  emit(
    planner,
    describe("conv2dInputGrad", g),
    frame,
    {
      tile,
      m,
      n: ins,
      k,
      parts: 1,
      setup: phased
        ? `let z_group = wid.z / ${phases}u; let phase = wid.z % ${phases}u;
  ${phaseSetup(g)}`
        : "let z_group = wid.z;",
      ...(phased
        ? { rows: `${g.images}u * size_y * size_x`, depth: `taps_y * taps_x * ${g.outChannels}u` }
        : {}),
      a: gradientSide({ ...side, operand: 1, wide: wideA }),
      b: weightColumnSide({ ...side, operand: 2, wide: wideB, outs }),
      rowPlace: place,
      wideStore,
      half: planner.half,
    },
    flopsOf(node as unknown as BoundNode),
    groups * phases,
  );
}

/** The depth, all positions of the batch, may be split in parts, which a second pass adds up. */
export function lowerConvolutionWeightGrad(planner: Planner, node: BoundNode<"conv2dWeightGrad">): void {
  const [x, dy] = node.inputs as [BoundValue, BoundValue];
  const [dw] = node.outputs as readonly [BoundValue];
  const { groups, weightShape } = node.params;
  if (isDepthwise(weightShape, groups)) {
    lowerDepthwiseWeightGrad(planner, node);
    return;
  }
  const g = geometryOf(x.shape, weightShape, dy.shape, node.params);
  const source = mapsInFours(planner, x, groups);
  const gradient = mapsInFours(planner, dy, groups);
  const [outs, , kernelHeight, kernelWidth] = weightShape as [number, number, number, number];
  const taps = kernelHeight * kernelWidth;
  const [m, n] = [outs / groups, taps * g.inChannels];
  const k = g.images * g.output[0] * g.output[1];
  const shape = { m, n, batch: groups, isSplit: true };
  const tile = chooseTile(planner.traits, shape);
  const parts = choosePartCount(planner.traits, tile, shape, k);
  const wideA = g.outChannels % 4 === 0;
  const wideB = g.inChannels % 4 === 0;
  const partial = partsOfGradient(planner, dw, [parts, outs, taps, g.inChannels], weightShape[1]!);
  const frame: KernelFrame = new KernelFrame([
    { tensor: partial, written: true, width: wideB ? 4 : 1 },
    { tensor: gradient, width: wideA ? 4 : 1 },
    { tensor: source, width: wideB ? 4 : 1 },
  ]);
  const own = (): KernelFrame => frame;
  emit(
    planner,
    describe("conv2dWeightGrad", g),
    frame,
    {
      tile,
      m,
      n,
      k,
      parts,
      setup: `let z_group = wid.z / ${parts}u; let part = wid.z % ${parts}u;`,
      a: matrixSide({
        frame: own,
        operand: 1,
        outStride: 1,
        depthStride: groups * g.outChannels,
        outs: g.outChannels,
        depths: k,
        begin: `z_group * ${g.outChannels}u`,
        wide: wideA,
      }),
      b: patchColumnSide({ geometry: g, frame: own, operand: 2, wide: wideB, depth: tile.depth }),
      rowPlace: `let row_place = (part * ${outs}u + z_group * ${m}u + row) * ${n}u;`,
      wideStore: wideB,
      half: planner.half,
    },
    flopsOf(node as unknown as BoundNode),
    groups * parts,
  );
}

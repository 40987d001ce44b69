// Convolutions and their gradients, in the layouts that the library prefers.
import {
  type Conv2dParams,
  flopsOf,
  isOp,
  type Node,
  type Program,
  type Value,
} from "../../../graph/index.ts";
import type { VariableStore } from "../compute/variable-store.ts";
import { ARG, type ConvolutionGeometry, type DnnlType, type Engine, type Layout } from "../ffi/index.ts";
import type { Planner } from "../plan/planner.ts";
import type { Tensor } from "../plan/tensor.ts";

function geometry({ stride, padding, dilation }: Conv2dParams): ConvolutionGeometry {
  return {
    strides: stride,
    dilation: dilation.map((step) => step - 1),
    paddingBegin: padding,
    paddingEnd: padding,
  };
}

/** Weights as the library sees them: with groups an axis of their own. */
function weightDims([outputs, ...rest]: readonly number[], groups: number): readonly number[] {
  return groups === 1 ? [outputs!, ...rest] : [groups, outputs! / groups, ...rest];
}

function anyLayout(engine: Engine, type: DnnlType, dims: readonly number[]): Layout {
  return engine.layout(type, dims, "any");
}

function label(node: Node, weights: readonly number[], source: readonly number[]): string {
  return `${node.op} [${weights.join(", ")}] of [${source.join(", ")}]`;
}

export function lowerConvolution(planner: Planner, node: Node<"conv2d">): void {
  const { engine, activation, chooser } = planner;
  const [x, weight, bias] = node.inputs;
  const [y] = node.outputs;
  const operation = chooser.choose({
    kind: "convolutionForward",
    training: true,
    algorithm: "direct",
    src: anyLayout(engine, activation, x!.shape),
    weights: anyLayout(engine, activation, weightDims(weight!.shape, node.params.groups)),
    bias: bias && engine.layout("f32", bias.shape),
    dst: anyLayout(engine, activation, y!.shape),
    ...geometry(node.params),
  });
  const primitive = engine.primitive(operation);
  const reads: (readonly [number, Tensor])[] = [
    [ARG.src, planner.inLayout(x!, primitive.layout("src")!)],
    [ARG.weights, planner.inLayout(weight!, primitive.layout("weights")!)],
  ];
  if (bias !== undefined) reads.push([ARG.bias, planner.alignedRows(bias)]);
  planner.add(primitive, {
    work: "convolution",
    label: label(node, weight!.shape, x!.shape),
    reads,
    writes: [[ARG.dst, planner.produce(y!, primitive.layout("dst")!)]],
    flops: flopsOf(node),
  });
}

export function lowerConvolutionInputGrad(planner: Planner, node: Node<"conv2dInputGrad">): void {
  const { engine, activation, chooser } = planner;
  const [dy, weight] = node.inputs;
  const [dx] = node.outputs;
  const operation = chooser.choose({
    kind: "convolutionBackwardData",
    algorithm: "direct",
    src: anyLayout(engine, activation, dx!.shape),
    weights: anyLayout(engine, activation, weightDims(weight!.shape, node.params.groups)),
    dst: anyLayout(engine, activation, dy!.shape),
    ...geometry(node.params),
  });
  const primitive = engine.primitive(operation);
  planner.add(primitive, {
    work: "convolution",
    label: label(node, weight!.shape, dx!.shape),
    reads: [
      [ARG.diffDst, planner.inLayout(dy!, primitive.layout("diffDst")!)],
      [ARG.weights, planner.inLayout(weight!, primitive.layout("weights")!)],
    ],
    writes: [[ARG.diffSrc, planner.produce(dx!, primitive.layout("diffSrc")!)]],
    flops: flopsOf(node),
  });
}

export function lowerConvolutionWeightGrad(planner: Planner, node: Node<"conv2dWeightGrad">): void {
  const { engine, activation, chooser } = planner;
  const [x, dy] = node.inputs;
  const [dw] = node.outputs;
  planner.recompute(x!);
  const operation = chooser.choose({
    kind: "convolutionBackwardWeights",
    algorithm: "direct",
    src: anyLayout(engine, activation, x!.shape),
    weights: anyLayout(engine, "f32", weightDims(dw!.shape, node.params.groups)),
    dst: anyLayout(engine, activation, dy!.shape),
    ...geometry(node.params),
  });
  const primitive = engine.primitive(operation);
  planner.add(primitive, {
    work: "convolution",
    label: label(node, dw!.shape, x!.shape),
    reads: [
      [ARG.src, planner.inLayout(x!, primitive.layout("src")!)],
      [ARG.diffDst, planner.inLayout(dy!, primitive.layout("diffDst")!)],
    ],
    writes: [[ARG.diffWeights, planner.produce(dw!, primitive.layout("diffWeights")!)]],
    flops: flopsOf(node),
  });
}

/**
 * Gives the weights of a program's convolutions the layout that float32 kernels want, so that neither they nor
 * their gradients need to be reordered at every run.
 */
export function adoptWeightLayouts(engine: Engine, program: Program, store: VariableStore): void {
  for (const node of program.nodes) {
    if (!isOp(node, "conv2d")) continue;
    const [x, weight] = node.inputs as readonly [Value, Value];
    if (!isOp(weight.node, "variable")) continue;
    const primitive = engine.tryPrimitive({
      kind: "convolutionForward",
      training: true,
      algorithm: "direct",
      src: anyLayout(engine, "f32", x.shape),
      weights: anyLayout(engine, "f32", weightDims(weight.shape, node.params.groups)),
      dst: anyLayout(engine, "f32", node.outputs[0]!.shape),
      ...geometry(node.params),
    });
    const layout = primitive?.layout("weights");
    if (layout !== undefined) store.adoptLayout(weight.node.params.variable, layout);
  }
}

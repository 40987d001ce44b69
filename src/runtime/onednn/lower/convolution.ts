// Convolutions and their gradients, in the layouts that the library prefers.
import type { Shape } from "../../../core/index.ts";
import {
  type BoundNode,
  type BoundProgram,
  type BoundValue,
  type Conv2dParams,
  flopsOf,
  isOp,
} from "../../../graph/index.ts";
import { ARG, type DnnlType, type Engine, type Layout, type Primitive } from "../ffi/index.ts";
import { convolutionImage, type ImageFormat } from "../plan/image-format.ts";
import type { Planner } from "../plan/planner.ts";
import type { Tensor } from "../plan/tensor.ts";
import type { VariableStore } from "../plan/variable-store.ts";
import { isWideDepthwise, lowerWideDepthwise } from "./depthwise-weight-gradient.ts";
import { type ConvolutionForm, convolutionForm, putTaps, tapsOf, wholeForm } from "./kernel-crop.ts";
import { addOwnConvolution, ownConvolution } from "./winograd.ts";

function anyLayout(engine: Engine, type: DnnlType, dims: readonly number[]): Layout {
  return engine.layout(type, dims, "any");
}

function image({ engine, images, activation }: Planner, { shape }: BoundValue): Layout {
  return convolutionImage(engine, images, activation, shape);
}

function label(node: BoundNode, weights: readonly number[], source: readonly number[]): string {
  return `${node.op} [${weights.join(", ")}] of [${source.join(", ")}]`;
}

/** The primitive chooses the layouts; what its operands are held as is reordered where that differs. */
export function lowerConvolution(planner: Planner, node: BoundNode<"conv2d">): void {
  const { engine, activation, chooser } = planner;
  const [x, weight, bias] = node.inputs;
  const [y] = node.outputs;
  const form = convolutionForm(node.params, x!.shape, weight!.shape, y!.shape);
  const values = { x: x!, weight: weight!, y: y! };
  const own =
    bias === undefined
      ? ownConvolution(planner, "forward", node.params, values, planner.readable(weight!).layout)
      : undefined;
  const { operation, isOwn } = chooser.choose(
    {
      kind: "convolutionForward",
      training: true,
      algorithm: "direct",
      src: image(planner, x!),
      weights: anyLayout(engine, activation, form.weights),
      bias: bias && engine.layout("f32", bias.shape),
      dst: image(planner, y!),
      ...form.geometry,
    },
    own,
  );
  if (own !== undefined && isOwn) {
    addOwnConvolution(planner, node, label(node, weight!.shape, x!.shape), own, {
      input: planner.inLayout(x!, own.input),
      weights: planner.inLayout(weight!, own.weights),
      output: planner.produce(y!, own.output),
    });
    return;
  }
  const primitive = engine.primitive(operation);
  const reads: (readonly [number, Tensor])[] = [
    [ARG.src, planner.inLayout(x!, primitive.layout("src")!)],
    [ARG.weights, weightsOf(planner, weight!, form, primitive)],
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

/** As `lowerConvolution`. */
export function lowerConvolutionInputGrad(planner: Planner, node: BoundNode<"conv2dInputGrad">): void {
  const { engine, activation, chooser } = planner;
  const [dy, weight] = node.inputs;
  const [dx] = node.outputs;
  const form = convolutionForm(node.params, dx!.shape, weight!.shape, dy!.shape);
  const values = { x: dx!, weight: weight!, y: dy! };
  const kept = planner.readable(weight!).layout;
  const own = ownConvolution(planner, "input gradient", node.params, values, kept);
  const { operation, isOwn } = chooser.choose(
    {
      kind: "convolutionBackwardData",
      algorithm: "direct",
      src: image(planner, dx!),
      weights: anyLayout(engine, activation, form.weights),
      dst: image(planner, dy!),
      ...form.geometry,
    },
    own,
  );
  if (own !== undefined && isOwn) {
    addOwnConvolution(planner, node, label(node, weight!.shape, dx!.shape), own, {
      output: planner.inLayout(dy!, own.output),
      weights: planner.inLayout(weight!, own.weights),
      input: planner.produce(dx!, own.input),
    });
    return;
  }
  const primitive = engine.primitive(operation);
  planner.add(primitive, {
    work: "convolution",
    label: label(node, weight!.shape, dx!.shape),
    reads: [
      [ARG.diffDst, planner.inLayout(dy!, primitive.layout("diffDst")!)],
      [ARG.weights, weightsOf(planner, weight!, form, primitive)],
    ],
    writes: [[ARG.diffSrc, planner.produce(dx!, primitive.layout("diffSrc")!)]],
    flops: flopsOf(node),
  });
}

/** As `lowerConvolution`. The gradient is float32 in either precision. */
export function lowerConvolutionWeightGrad(planner: Planner, node: BoundNode<"conv2dWeightGrad">): void {
  const { engine, chooser } = planner;
  const [x, dy] = node.inputs as readonly [BoundValue, BoundValue];
  const dw = node.outputs[0]!;
  const form = convolutionForm(node.params, x.shape, dw.shape, dy.shape);
  const adopted = weightLayout(engine, planner.images, node.params, [x.shape, dw.shape, dy.shape]);
  const own = ownConvolution(planner, "weight gradient", node.params, { x, weight: dw, y: dy }, adopted);
  const { operation, isOwn } = chooser.choose(
    {
      kind: "convolutionBackwardWeights",
      algorithm: "direct",
      src: image(planner, x),
      weights: anyLayout(engine, "f32", form.weights),
      dst: image(planner, dy),
      ...form.geometry,
    },
    own,
  );
  if (own !== undefined && isOwn) {
    addOwnConvolution(planner, node, label(node, dw.shape, x.shape), own, {
      input: planner.inLayout(x, own.input),
      output: planner.inLayout(dy, own.output),
      weights: planner.produce(dw, own.weights),
    });
    return;
  }
  const primitive = isWideDepthwise(operation) ? undefined : engine.primitive(operation);
  const whole = adopted ?? engine.layout("f32", form.crop?.whole ?? form.weights);
  const counting = form.crop === undefined ? whole : engine.layout("f32", form.weights);
  const layout = primitive?.layout("diffWeights") ?? counting;
  const target =
    form.crop === undefined ? planner.produce(dw, layout) : planner.allocate(form.weights, layout);
  const title = label(node, dw.shape, x.shape);
  if (primitive === undefined) lowerWideDepthwise(planner, [x, dy], operation, target, title);
  else {
    planner.add(primitive, {
      work: "convolution",
      label: title,
      reads: [
        [ARG.src, planner.inLayout(x, primitive.layout("src")!)],
        [ARG.diffDst, planner.inLayout(dy, primitive.layout("diffDst")!)],
      ],
      writes: [[ARG.diffWeights, target]],
      flops: flopsOf(node),
    });
  }
  if (form.crop !== undefined) putTaps(planner, form, target, planner.produce(dw, whole));
}

/** The weights as the primitive wants them. */
function weightsOf(
  planner: Planner,
  weight: BoundValue,
  form: ConvolutionForm,
  primitive: Primitive,
): Tensor {
  const layout = primitive.layout("weights")!;
  return planner.inLayout(weight, layout, form.crop && tapsOf(planner, form));
}

/**
 * Gives the weights of a program's convolutions the layout that float32 kernels want, so that neither they nor
 * their gradients need to be reordered at every run.
 */
export function adoptWeightLayouts(
  engine: Engine,
  program: BoundProgram,
  store: VariableStore,
  images: ImageFormat,
): void {
  for (const node of program.nodes) {
    if (!isOp(node, "conv2d")) continue;
    const [x, weight] = node.inputs as readonly [BoundValue, BoundValue];
    if (!isOp(weight.node, "variable")) continue;
    const layout = weightLayout(engine, images, node.params, [x.shape, weight.shape, node.outputs[0]!.shape]);
    if (layout !== undefined) store.adoptLayout(weight.node.params.variable, layout);
  }
}

/** The layout in which float32 kernels want the weights of a convolution. */
function weightLayout(
  engine: Engine,
  images: ImageFormat,
  params: Conv2dParams,
  [x, weight, y]: readonly [Shape, Shape, Shape],
): Layout | undefined {
  const { geometry, weights } = wholeForm(params, weight);
  const primitive = engine.tryPrimitive({
    kind: "convolutionForward",
    training: true,
    algorithm: "direct",
    src: convolutionImage(engine, images, "f32", x),
    weights: anyLayout(engine, "f32", weights),
    dst: convolutionImage(engine, images, "f32", y),
    ...geometry,
  });
  return primitive?.layout("weights");
}

// Batch normalisation and its gradient, with the ReLU behind it where there is one.
import { sizeOf } from "../../../core/index.ts";
import type { BoundNode, BoundValue } from "../../../graph/index.ts";
import type { ReluGradient } from "../../planning/index.ts";
import { ARG, type Layout, type Primitive } from "../ffi/index.ts";
import { imageOf } from "../plan/image.ts";
import type { Argument, Planner } from "../plan/planner.ts";
import type { Tensor } from "../plan/tensor.ts";

/** The operand as an image; other ranks become images of one column. */
function asImage(planner: Planner, x: BoundValue): Tensor {
  if (x.shape.length === 4) return imageOf(planner, x);
  const [samples, channels, ...rest] = x.shape;
  const rows = planner.rowMajor(x, "f32");
  return { ...rows, layout: planner.engine.layout("f32", [samples!, channels!, sizeOf(rest), 1]) };
}

/** The value in the layout that `like` has (an image). */
function alike(planner: Planner, value: BoundValue, like: Layout): Tensor {
  if (value.shape.length === 4) return planner.inLayout(value, like);
  return { ...planner.rowMajor(value, "f32"), layout: like };
}

/** Memory for a result of the shape of the operand. */
function produceImage(planner: Planner, value: BoundValue, layout: Layout): Tensor {
  return value.shape.length === 4
    ? planner.produce(value, layout)
    : { ...planner.produceRows(value), layout };
}

/** With `relu` the unit gives only its result; the workspace that its gradient needs is kept under `mean`. */
export function lowerBatchNormTraining(
  planner: Planner,
  node: BoundNode<"batchNormTraining">,
  relu?: BoundNode<"relu">,
): void {
  const [x, weight, bias] = node.inputs;
  const [y, mean, variance] = node.outputs;
  const source = asImage(planner, x!);
  const layout = source.layout!;
  const forward = forwardPrimitive(planner, layout, node.params.epsilon, relu !== undefined);
  const kept = forward.layout("workspace");
  const workspace = kept && planner.allocate(kept.dims, kept);
  const target = produceImage(planner, relu?.outputs[0] ?? y!, layout);
  planner.workspaces.set(mean!, { forward, tensor: workspace });
  planner.add(forward, {
    work: "batch norm",
    label: `${node.op}${relu === undefined ? "" : " + relu"} of [${x!.shape.join(", ")}]`,
    reads: [
      [ARG.src, source],
      [ARG.scale, planner.alignedRows(weight!)],
      [ARG.shift, planner.alignedRows(bias!)],
    ],
    writes: [
      [ARG.dst, target],
      [ARG.mean, planner.produceRows(mean!)],
      [ARG.variance, planner.produceRows(variance!)],
      ...(workspace === undefined ? [] : [[ARG.workspace, workspace] as const]),
    ],
    inPlace: [[target, source]],
  });
}

function forwardPrimitive(planner: Planner, layout: Layout, epsilon: number, relu: boolean): Primitive {
  return planner.engine.primitive({
    kind: "batchNormalizationForward",
    src: layout,
    dst: layout,
    epsilon,
    globalStatistics: false,
    relu,
  });
}

/** With `relu` the unit gives only its result. */
export function lowerBatchNormInference(
  planner: Planner,
  node: BoundNode<"batchNormInference">,
  relu?: BoundNode<"relu">,
): void {
  const [x, weight, bias, mean, variance] = node.inputs as readonly [
    BoundValue,
    BoundValue,
    BoundValue,
    BoundValue,
    BoundValue,
  ];
  normalize(planner, { x, weight, bias, mean, variance }, node.params.epsilon, node.outputs[0]!, relu);
}

/** Normalises by given statistics. */
function normalize(
  planner: Planner,
  operands: Readonly<Record<"x" | "weight" | "bias" | "mean" | "variance", BoundValue>>,
  epsilon: number,
  y: BoundValue,
  relu: BoundNode<"relu"> | undefined,
): void {
  const { x, weight, bias, mean, variance } = operands;
  const source = asImage(planner, x);
  const layout = source.layout!;
  const primitive = planner.engine.primitive({
    kind: "batchNormalizationForward",
    src: layout,
    dst: layout,
    epsilon,
    globalStatistics: true,
    relu: relu !== undefined,
  });
  const target = produceImage(planner, relu?.outputs[0] ?? y, layout);
  planner.add(primitive, {
    work: "batch norm",
    label: `batchNormInference${relu === undefined ? "" : " + relu"} of [${x.shape.join(", ")}]`,
    reads: [
      [ARG.src, source],
      [ARG.scale, planner.alignedRows(weight)],
      [ARG.shift, planner.alignedRows(bias)],
      [ARG.mean, planner.alignedRows(mean)],
      [ARG.variance, planner.alignedRows(variance)],
    ],
    writes: [[ARG.dst, target]],
    inPlace: [[target, source]],
  });
}

/** @param mask the gradient of the ReLU that the forward step did too. */
export function lowerBatchNormGrad(
  planner: Planner,
  node: BoundNode<"batchNormGrad">,
  mask?: ReluGradient,
): void {
  const [dy, x, weight, mean, variance] = node.inputs;
  const [dx, dWeight, dBias] = node.outputs;
  const source = asImage(planner, x!);
  const layout = source.layout!;
  const relu = mask !== undefined;
  const known = planner.workspaces.get(mean!);
  const forward = known?.forward ?? forwardPrimitive(planner, layout, node.params.epsilon, false);
  const { epsilon } = node.params;
  const primitive = planner.engine.primitive(
    { kind: "batchNormalizationBackward", src: layout, diffSrc: layout, diffDst: layout, epsilon, relu },
    [],
    relu ? forward : forwardPrimitive(planner, layout, epsilon, false),
  );
  // Any vector will do.
  const shift: readonly Argument[] = planner.engine.library.abi.normalizationGradientTakesShift
    ? [[ARG.shift, planner.alignedRows(weight!)]]
    : [];
  const upstream = alike(planner, mask?.upstream ?? dy!, layout);
  const target = produceImage(planner, dx!, layout);
  const workspace: readonly Argument[] =
    relu && known?.tensor !== undefined ? [[ARG.workspace, known.tensor]] : [];
  planner.add(primitive, {
    work: "batch norm",
    label: `${node.op}${relu ? " + relu" : ""} of [${x!.shape.join(", ")}]`,
    reads: [
      [ARG.src, source],
      [ARG.diffDst, upstream],
      [ARG.mean, planner.alignedRows(mean!)],
      [ARG.variance, planner.alignedRows(variance!)],
      [ARG.scale, planner.alignedRows(weight!)],
      ...shift,
      ...workspace,
    ],
    writes: [
      [ARG.diffSrc, target],
      [ARG.diffScale, planner.produceRows(dWeight!)],
      [ARG.diffShift, planner.produceRows(dBias!)],
    ],
    inPlace: [[target, upstream]],
  });
}

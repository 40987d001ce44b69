// Pooling and its gradients.
import type { BoundNode, BoundValue, Pool2dParams } from "../../../graph/index.ts";
import { ARG, type Layout, type PoolingGeometry, type Primitive } from "../ffi/index.ts";
import { imageOf, preferredImage } from "../plan/image.ts";
import type { Planner } from "../plan/planner.ts";

function geometry({ kernel, stride, padding }: Pool2dParams): PoolingGeometry {
  return { kernel, strides: stride, dilation: [0, 0], paddingBegin: padding, paddingEnd: padding };
}

function forwardPrimitive(
  planner: Planner,
  algorithm: "max" | "average",
  src: Layout,
  dst: Layout,
  params: Pool2dParams,
  training: boolean,
): Primitive {
  return planner.engine.primitive({
    kind: "poolingForward",
    algorithm,
    training,
    src,
    dst,
    ...geometry(params),
  });
}

/** Where the program has its gradient too, the library's workspace of maxima is kept for it. */
export function lowerMaxPool(planner: Planner, node: BoundNode<"maxPool2d">): void {
  const [y] = node.outputs;
  const hasGradient = planner.program.nodes.some(
    (user) => user.op === "maxPool2dGrad" && user.inputs[2] === y,
  );
  maxPool(planner, node.inputs[0]!, y!, node.params, hasGradient);
}

/** Emits a forward pooling; keeps what the gradient needs under the value of its result. */
function maxPool(
  planner: Planner,
  x: BoundValue,
  y: BoundValue,
  params: Pool2dParams,
  training: boolean,
): void {
  const source = imageOf(planner, x);
  const any = planner.engine.layout(source.layout!.type, y.shape, "any");
  const forward = forwardPrimitive(planner, "max", source.layout!, any, params, training);
  const dst = forward.layout("dst")!;
  const target = planner.isHeld(y) ? planner.allocate(y.shape, dst) : planner.produce(y, dst);
  const kept = forward.layout("workspace");
  const workspace = kept && planner.allocate(kept.dims, kept);
  if (training) planner.workspaces.set(y, { forward, tensor: workspace });
  planner.add(forward, {
    work: "pooling",
    label: `maxPool2d ${params.kernel.join("x")} of [${x.shape.join(", ")}]`,
    reads: [[ARG.src, source]],
    writes: [[ARG.dst, target], ...(workspace === undefined ? [] : [[ARG.workspace, workspace] as const])],
  });
}

/** From the workspace of the forward step, which is run again where it left none. */
export function lowerMaxPoolGrad(planner: Planner, node: BoundNode<"maxPool2dGrad">): void {
  const [dy, x, y] = node.inputs;
  const [dx] = node.outputs;
  if (!planner.workspaces.has(y!)) maxPool(planner, x!, y!, node.params, true);
  const { forward, tensor: workspace } = planner.workspaces.get(y!)!;
  const upstream = planner.inLayout(dy!, forward.layout("dst")!);
  const primitive = planner.engine.primitive(
    {
      kind: "poolingBackward",
      algorithm: "max",
      diffSrc: forward.layout("src")!,
      diffDst: upstream.layout!,
      ...geometry(node.params),
    },
    [],
    forward,
  );
  planner.add(primitive, {
    work: "pooling",
    label: `maxPool2dGrad ${node.params.kernel.join("x")} of [${x!.shape.join(", ")}]`,
    reads: [
      [ARG.diffDst, upstream],
      ...(workspace === undefined ? [] : [[ARG.workspace, workspace] as const]),
    ],
    writes: [[ARG.diffSrc, planner.produce(dx!, primitive.layout("diffSrc")!)]],
  });
}

/** Zeros of the padding count in the mean. */
export function lowerAvgPool(planner: Planner, node: BoundNode<"avgPool2d">): void {
  const [x] = node.inputs;
  const [y] = node.outputs;
  const source = imageOf(planner, x!);
  const any = planner.engine.layout(source.layout!.type, y!.shape, "any");
  const primitive = forwardPrimitive(planner, "average", source.layout!, any, node.params, false);
  planner.add(primitive, {
    work: "pooling",
    label: `avgPool2d ${node.params.kernel.join("x")} of [${x!.shape.join(", ")}]`,
    reads: [[ARG.src, source]],
    writes: [[ARG.dst, planner.produce(y!, primitive.layout("dst")!)]],
  });
}

/** From the gradient alone: a mean's gradient does not depend on its operand. */
export function lowerAvgPoolGrad(planner: Planner, node: BoundNode<"avgPool2dGrad">): void {
  const { engine, activation } = planner;
  const [dy] = node.inputs;
  const [dx] = node.outputs;
  const any = (shape: readonly number[]): Layout => engine.layout(activation, shape, "any");
  const src = preferredImage(planner, dx!.shape);
  const forward = forwardPrimitive(planner, "average", src, any(dy!.shape), node.params, true);
  const dst = forward.layout("dst")!;
  const primitive = engine.primitive(
    { kind: "poolingBackward", algorithm: "average", diffSrc: src, diffDst: dst, ...geometry(node.params) },
    [],
    forward,
  );
  planner.add(primitive, {
    work: "pooling",
    label: `avgPool2dGrad ${node.params.kernel.join("x")} of [${dx!.shape.join(", ")}]`,
    reads: [[ARG.diffDst, planner.inLayout(dy!, dst)]],
    writes: [[ARG.diffSrc, planner.produce(dx!, primitive.layout("diffSrc")!)]],
  });
}

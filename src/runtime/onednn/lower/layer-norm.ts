// Layer normalisation over the last axis and its gradient.
import { sizeOf } from "../../../core/index.ts";
import type { BoundNode, BoundValue } from "../../../graph/index.ts";
import { ARG, type Layout, type Primitive } from "../ffi/index.ts";
import type { Planner } from "../plan/planner.ts";
import type { Tensor } from "../plan/tensor.ts";

/** Rows of the last axis, as the library sees an operand and the statistics of it. */
interface Rows {
  readonly data: Layout;
  readonly statistics: Layout;
}

function rowsOf(planner: Planner, { shape }: BoundValue, type: "f32" | "bf16"): Rows {
  const width = shape.at(-1)!;
  const height = sizeOf(shape.slice(0, -1));
  return {
    data: planner.engine.layout(type, [height, width]),
    statistics: planner.engine.layout("f32", [height]),
  };
}

function forwardPrimitive(planner: Planner, { data, statistics }: Rows, epsilon: number): Primitive {
  return planner.engine.primitive({
    kind: "layerNormalizationForward",
    src: data,
    dst: data,
    statistics,
    epsilon,
  });
}

const typeOf = ({ type }: Tensor): "f32" | "bf16" => (type === "bf16" ? "bf16" : "f32");

/** Of the operand's own type; statistics are float32. */
export function lowerLayerNorm(planner: Planner, node: BoundNode<"layerNorm">): void {
  const [x, weight, bias] = node.inputs as readonly [BoundValue, BoundValue, BoundValue];
  const [y, mean, variance] = node.outputs;
  const source = planner.rowMajor(x, planner.tensor(x).type);
  const type = typeOf(source);
  const rows = rowsOf(planner, x, type);
  const target = planner.produceRows(y!, type);
  planner.add(forwardPrimitive(planner, rows, node.params.epsilon), {
    work: "layer norm",
    label: `layerNorm of [${x.shape.join(", ")}]`,
    reads: [
      [ARG.src, { ...source, layout: rows.data }],
      [ARG.scale, planner.alignedRows(weight)],
      [ARG.shift, planner.alignedRows(bias)],
    ],
    writes: [
      [ARG.dst, { ...target, layout: rows.data }],
      [ARG.mean, { ...planner.produceRows(mean!), layout: rows.statistics }],
      [ARG.variance, { ...planner.produceRows(variance!), layout: rows.statistics }],
    ],
    inPlace: [[target, source]],
  });
}

/** As `lowerLayerNorm`. */
export function lowerLayerNormGrad(planner: Planner, node: BoundNode<"layerNormGrad">): void {
  const [dy, x, weight, mean, variance] = node.inputs as readonly BoundValue[];
  const [dx, dWeight, dBias] = node.outputs;
  const source = planner.rowMajor(x!, planner.tensor(x!).type);
  const type = typeOf(source);
  const rows = rowsOf(planner, x!, type);
  const { epsilon } = node.params;
  const primitive = planner.engine.primitive(
    {
      kind: "layerNormalizationBackward",
      src: rows.data,
      diffSrc: rows.data,
      diffDst: rows.data,
      statistics: rows.statistics,
      epsilon,
    },
    [],
    forwardPrimitive(planner, rows, epsilon),
  );
  const upstream = planner.rowMajor(dy!, type);
  const target = planner.produceRows(dx!, type);
  planner.add(primitive, {
    work: "layer norm",
    label: `layerNormGrad of [${x!.shape.join(", ")}]`,
    reads: [
      [ARG.src, { ...source, layout: rows.data }],
      [ARG.diffDst, { ...upstream, layout: rows.data }],
      [ARG.mean, { ...planner.alignedRows(mean!), layout: rows.statistics }],
      [ARG.variance, { ...planner.alignedRows(variance!), layout: rows.statistics }],
      [ARG.scale, planner.alignedRows(weight!)],
      // Asked for, although nothing depends on it: any vector will do.
      [ARG.shift, planner.alignedRows(weight!)],
    ],
    writes: [
      [ARG.diffSrc, { ...target, layout: rows.data }],
      [ARG.diffScale, planner.produceRows(dWeight!)],
      [ARG.diffShift, planner.produceRows(dBias!)],
    ],
    inPlace: [[target, upstream]],
  });
}

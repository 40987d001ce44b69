// Matrix products, with the bias of a fully connected layer.
import { type BoundNode, type BoundValue, flopsOf } from "../../../graph/index.ts";
import { ARG, type Layout, type Operation } from "../ffi/index.ts";
import type { Argument, Planner } from "../plan/planner.ts";
import type { Tensor } from "../plan/tensor.ts";

/** @param sum the addition of `bias` to every row, whose result, maybe of another shape, is then the only one. */
export function lowerMatmul(
  planner: Planner,
  node: BoundNode<"matmul">,
  sum?: BoundNode<"add">,
  bias?: BoundValue,
): void {
  const { engine, activation } = planner;
  const [a, b] = node.inputs as readonly [BoundValue, BoundValue];
  const { transposeA, transposeB } = node.params;
  const { shape } = node.outputs[0]!;
  const [dst, biasLayout] = [engine.layout("f32", shape), bias && vectorLayout(planner, bias, shape.length)];
  const operation = (src: Tensor, weights: Tensor): Operation => ({
    kind: "matmul",
    src: src.layout!,
    weights: weights.layout!,
    bias: biasLayout,
    dst,
  });
  let [src, weights] = [asHeld(planner, a, transposeA), asHeld(planner, b, transposeB)];
  let primitive = planner.fastPrimitive(operation(src, weights));
  if (primitive === undefined) {
    [src, weights] = [inRows(planner, a, transposeA), inRows(planner, b, transposeB)];
    primitive = engine.primitive(operation(src, weights));
  }
  const reads: Argument[] = [
    [ARG.src, src],
    [ARG.weights, weights],
  ];
  if (bias !== undefined) reads.push([ARG.bias, { ...planner.alignedRows(bias), layout: biasLayout }]);
  const result = planner.produceRows((sum ?? node).outputs[0]!);
  planner.add(primitive, {
    work: "matmul",
    label: `matmul [${a.shape.join(", ")}] [${b.shape.join(", ")}] ${activation}`,
    reads,
    writes: [[ARG.dst, { ...result, layout: dst }]],
    flops: flopsOf(node),
  });
}

/** A vector as the last of so many axes. */
function vectorLayout({ engine }: Planner, { shape: [size] }: BoundValue, rank: number): Layout {
  return engine.layout("f32", [...new Array<number>(rank - 1).fill(1), size!]);
}

/** Matrices, seen transposed where asked for, as they lie if their rows or columns are dense; else row by row. */
function asHeld(planner: Planner, value: BoundValue, transposed: boolean): Tensor {
  const held = planner.readable(value);
  const { type, layout } = held;
  const isPlain = layout?.dims.length === value.shape.length && layout.format === "blocked";
  if (type !== planner.activation || !isPlain || layout.blocks.length > 0) {
    return inRows(planner, value, transposed);
  }
  const isDense = layout.strides.slice(-2).includes(1);
  return isDense ? seen(planner, held, transposed) : inRows(planner, value, transposed);
}

function inRows(planner: Planner, value: BoundValue, transposed: boolean): Tensor {
  const isNarrow = planner.activation === "bf16";
  return seen(planner, isNarrow ? planner.rowMajor(value, "bf16") : planner.alignedRows(value), transposed);
}

function seen({ engine }: Planner, tensor: Tensor, transposed: boolean): Tensor {
  if (!transposed) return tensor;
  const axes = tensor.shape.map((_, axis) => axis);
  return {
    ...tensor,
    layout: engine.permuted(tensor.layout!, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]),
  };
}

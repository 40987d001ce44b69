// Matrix products, with the bias of a fully connected layer.
import { type BoundNode, type BoundValue, flopsOf } from "../../../graph/index.ts";
import { ARG, type Layout } from "../ffi/index.ts";
import type { Argument, Planner } from "../plan/planner.ts";
import type { Tensor } from "../plan/tensor.ts";

/** @param sum the addition of `bias` to every row, whose result is then the only one. */
export function lowerMatmul(
  planner: Planner,
  node: BoundNode<"matmul">,
  sum?: BoundNode<"add">,
  bias?: BoundValue,
): void {
  const { engine, activation } = planner;
  const [a, b] = node.inputs;
  const result = (sum ?? node).outputs[0]!;
  const src = operand(planner, a!, node.params.transposeA);
  const weights = operand(planner, b!, node.params.transposeB);
  const primitive = engine.primitive({
    kind: "matmul",
    src: src.layout!,
    weights: weights.layout!,
    bias: bias && biasLayout(planner, bias, result),
    dst: engine.layout("f32", result.shape),
  });
  const reads: Argument[] = [
    [ARG.src, src],
    [ARG.weights, weights],
  ];
  if (bias !== undefined) {
    reads.push([ARG.bias, { ...planner.alignedRows(bias), layout: biasLayout(planner, bias, result) }]);
  }
  planner.add(primitive, {
    work: "matmul",
    label: `matmul [${a!.shape.join(", ")}] [${b!.shape.join(", ")}] ${activation}`,
    reads,
    writes: [[ARG.dst, planner.produceRows(result)]],
    flops: flopsOf(node),
  });
}

/** The bias with as many axes as the result. */
function biasLayout({ engine }: Planner, bias: BoundValue, { shape }: BoundValue): Layout {
  return engine.layout("f32", [...shape.slice(0, -1).map(() => 1), bias.shape[0]!]);
}

/** Matrices, seen transposed where asked for. */
function operand(planner: Planner, value: BoundValue, transposed: boolean): Tensor {
  const { engine, activation } = planner;
  const rows = activation === "bf16" ? planner.rowMajor(value, "bf16") : planner.alignedRows(value);
  const layout = engine.layout(activation, value.shape);
  if (!transposed) return { ...rows, layout };
  const axes = value.shape.map((_, axis) => axis);
  return { ...rows, layout: engine.permuted(layout, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]) };
}

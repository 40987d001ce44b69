// Layer norm: a workgroup a row; the gradients of weight and bias as sums over all rows.
import { sizeOf } from "../../../core/index.ts";
import type { BoundNode, BoundValue } from "../../../graph/index.ts";
import type { Planner } from "../plan/planner.ts";
import type { Tensor } from "../plan/tensor.ts";
import { literal } from "../wgsl/expressions.ts";
import { emitColumnSums, matrixOf, readColumns } from "./column-sums.ts";
import { emitRows } from "./rows.ts";

/** The mean first, so that squares are of differences from it. */
export function lowerLayerNorm(planner: Planner, node: BoundNode<"layerNorm">): void {
  const [x] = node.inputs as [BoundValue, BoundValue, BoundValue];
  const width = x.shape.at(-1)!;
  emitRows(planner, {
    work: "normalization",
    label: "layerNorm",
    shape: x.shape,
    outputs: [
      planner.produceActivation(node.outputs[0]!),
      ...node.outputs.slice(1).map((value) => planner.produce(value)),
    ],
    inputs: node.inputs.map((value) => planner.inStrides(value)),
    main: (row) => {
      const [x, weight, bias] = [row.element(3), row.frame.read(4, "i"), row.frame.read(5, "i")];
      return `${row.sum("total", x)}
  let mean = total / ${width}.0;
  ${row.sum("squares", `(${x} - mean) * (${x} - mean)`)}
  let variance = squares / ${width}.0;
  let deviation = 1.0 / sqrt(variance + ${literal("f32", node.params.epsilon)});
  ${row.each(row.store(0, `fma((${x} - mean) * deviation, ${weight}, ${bias})`))}
  if (lane == 0u) { ${row.frame.write(1, "row", "mean")} ${row.frame.write(2, "row", "variance")} }`;
    },
  });
}

/** As batch norm's, with the rows' statistics. */
export function lowerLayerNormGrad(planner: Planner, node: BoundNode<"layerNormGrad">): void {
  const [, x] = node.inputs as readonly BoundValue[];
  const { shape } = x!;
  const width = shape.at(-1)!;
  const [dx, dweight, dbias] = node.outputs as [BoundValue, BoundValue, BoundValue];
  const inputs = node.inputs.map((value) => planner.inStrides(value));
  const inverse = (variance: string): string =>
    `1.0 / sqrt(${variance} + ${literal("f32", node.params.epsilon)})`;
  emitRows(planner, {
    work: "normalization",
    label: "layerNormGrad",
    shape,
    outputs: [planner.produceActivation(dx)],
    inputs,
    main: (row) => {
      const gradient = `${row.element(1)} * ${row.frame.read(3, "i")}`;
      const normalized = `(${row.element(2)} - mean) * deviation`;
      return `let mean = ${row.frame.read(4, "row")};
  let deviation = ${inverse(row.frame.read(5, "row"))};
  ${row.sum("gradients", gradient)}
  ${row.sum("slopes", `${gradient} * ${normalized}`)}
  ${row.each(row.store(0, `deviation * (${gradient} - (gradients + ${normalized} * slopes) / ${width}.0)`))}`;
    },
  });
  const product = planner.produceSmall(dweight);
  const sum = planner.produceSmall(dbias);
  const [dyTensor, xTensor, , ...statistics] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const matrix = matrixOf(planner, sizeOf(shape) / width, width, [dyTensor, xTensor, product, sum]);
  emitColumnSums(planner, {
    label: "layerNormGrad sums",
    matrix,
    inputs: [
      ...[dyTensor, xTensor].map((tensor) => ({ tensor, width: matrix.width })),
      ...statistics.map((tensor) => ({ tensor })),
    ],
    sum,
    product,
    step: (frame) => {
      const index = `row * ${matrix.units}u + column`;
      return `let dy = ${readColumns(matrix, frame, 1, index)};
      let deviation = ${inverse(frame.read(4, "row"))};
      sum += dy; product = fma(dy, (${readColumns(matrix, frame, 2, index)} - ${frame.read(3, "row")}) * deviation, product);`;
    },
  });
}

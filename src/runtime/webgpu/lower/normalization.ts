// Batch norm over channels-last maps: statistics in chunks of rows that are then merged, and one pass that applies them.
// Statistics are merged as by Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm" (1979).
import { type Shape, sizeOf } from "../../../core/index.ts";
import { type BoundNode, type BoundValue, isOp } from "../../../graph/index.ts";
import type { ReluGradient } from "../../planning/index.ts";
import type { Planner } from "../plan/planner.ts";
import { channelsLastStrides, newTensor, type Tensor } from "../plan/tensor.ts";
import { columnBlocks, columnReduction, reducersOf } from "../wgsl/column-reduction.ts";
import { elementwiseKernel } from "../wgsl/elementwise.ts";
import { literal } from "../wgsl/expressions.ts";
import type { KernelFrame } from "../wgsl/kernel.ts";
import { emitColumnSums, type Matrix, matrixOf, readColumns, writeColumns } from "./column-sums.ts";

/** A batch of maps as a matrix of rows (images and positions) by channels. */
function mapsOf(planner: Planner, shape: Shape, tensors: readonly Tensor[]): Matrix {
  return matrixOf(planner, sizeOf(shape) / shape[1]!, shape[1]!, tensors);
}

/** A vector over channels, seen in the shape of the maps. */
function alongChannels(vector: Tensor, shape: Shape): Tensor {
  return { ...vector, shape, strides: shape.map((_, axis) => (axis === 1 ? vector.strides[0]! : 0)) };
}

/** With `relu` the unit gives only its result, and the statistics. */
export function lowerBatchNormTraining(
  planner: Planner,
  node: BoundNode<"batchNormTraining">,
  relu?: BoundNode<"relu">,
): void {
  const [x, weight, bias] = node.inputs as [BoundValue, BoundValue, BoundValue];
  const [y, meanValue, varianceValue] = node.outputs as [BoundValue, BoundValue, BoundValue];
  const source = planner.channelsLast(x);
  const mean = planner.produceSmall(meanValue);
  const variance = planner.produceSmall(varianceValue);
  emitStatistics(planner, x.shape, source, mean, variance);
  const result = relu?.outputs[0] ?? y;
  emitApply(
    planner,
    x.shape,
    source,
    [mean, variance, planner.tensor(weight), planner.tensor(bias)],
    result,
    {
      epsilon: node.params.epsilon,
      relu: relu !== undefined,
    },
  );
}

/** With `relu` the unit gives only its result. */
export function lowerBatchNormInference(
  planner: Planner,
  node: BoundNode<"batchNormInference">,
  relu?: BoundNode<"relu">,
): void {
  const [x, weight, bias, mean, variance] = node.inputs as [
    BoundValue,
    BoundValue,
    BoundValue,
    BoundValue,
    BoundValue,
  ];
  const vectors = [mean, variance, weight, bias].map((value) => planner.tensor(value));
  emitApply(planner, x.shape, planner.channelsLast(x), vectors, relu?.outputs[0] ?? node.outputs[0]!, {
    epsilon: node.params.epsilon,
    relu: relu !== undefined,
  });
}

/** Whether ReLU let an element pass is found again from its operand by the same expression. */
function normalized(epsilon: number, [x, mean, variance, weight, bias]: readonly string[]): string {
  return `fma(${x} - ${mean}, 1.0 / sqrt(${variance} + ${literal("f32", epsilon)}) * ${weight}, ${bias})`;
}

/** Where nothing but an elementwise kernel reads the result, that computes it: the residual connections of ResNets. */
function emitApply(
  planner: Planner,
  shape: Shape,
  source: Tensor,
  vectors: readonly Tensor[],
  result: BoundValue,
  { epsilon, relu }: { readonly epsilon: number; readonly relu: boolean },
): void {
  const inputs = [source, ...vectors.map((vector) => alongChannels(vector, shape))];
  const expression = (elements: readonly string[]): string => normalized(epsilon, elements);
  const make = (): void =>
    planner.emit(
      elementwiseKernel(
        {
          work: "normalization",
          label: relu ? "batchNorm relu" : "batchNorm",
          shape,
          inputs,
          outputs: [planner.produceActivation(result, channelsLastStrides(shape))],
          body: `let normalized = ${expression(inputs.map((_, i) => `x${i}`))};
  let y0 = ${relu ? "select(normalized, 0.0, normalized <= 0.0)" : "normalized"};`,
        },
        planner.traits,
      ),
    );
  if (relu || !inputs.every((tensor) => planner.isLasting(tensor))) make();
  else planner.defer(result, { make, inline: { inputs, expression } });
}

const MOMENTS = [
  { name: "count", type: "f32", start: "0.0" },
  { name: "average", type: "V", start: "V(0.0)" },
  { name: "spread", type: "V", start: "V(0.0)" },
];

const MERGE_MOMENTS = `if (count_b > 0.0) {
        let together = count_a + count_b;
        let distance = average_b - average_a;
        average_a += distance * (count_b / together);
        spread_a += spread_b + distance * distance * (count_a * count_b / together);
        count_a = together;
      }`;

function emitStatistics(
  planner: Planner,
  shape: Shape,
  source: Tensor,
  mean: Tensor,
  variance: Tensor,
): void {
  const maps = mapsOf(planner, shape, [source, mean, variance]);
  const { rows, columns, width, units, chunk, chunks } = maps;
  const partial = newTensor("f32", [chunks, 2, units * width]);
  const read = (frame: KernelFrame, operand: number, index: string): string =>
    readColumns(maps, frame, operand, index);
  const write = (frame: KernelFrame, operand: number, index: string, value: string): string =>
    writeColumns(maps, frame, operand, index, value);
  const reducers = reducersOf(planner.traits);
  const first = columnReduction({
    rows,
    columns,
    chunk,
    width,
    reducers,
    operands: [
      { tensor: partial, written: true, width },
      { tensor: source, width },
    ],
    state: MOMENTS,
    prepare: (frame) =>
      `let shift = ${read(frame, 1, `min(begin + line, ${rows - 1}u) * ${units}u + column`)};
    var sum = V(0.0); var squares = V(0.0);`,
    step: (frame) =>
      `let x = ${read(frame, 1, `row * ${units}u + column`)} - shift; sum += x; squares = fma(x, x, squares); count += 1.0;`,
    finish: `if (count > 0.0) { let away = sum / count; average = shift + away; spread = max(squares - sum * away, V(0.0)); }`,
    merge: MERGE_MOMENTS,
    store: (frame) => `${write(frame, 0, `chunk * ${2 * units}u + column`, "average")}
    ${write(frame, 0, `chunk * ${2 * units}u + ${units}u + column`, "spread")}`,
  });
  planner.emit({
    work: "normalization",
    label: "batchNorm statistics",
    code: first.code,
    bindings: first.frame.bindings,
    segments: [first.frame.numbers],
    workgroups: [columnBlocks(columns, width), chunks, 1],
    mergeable: false,
  });
  const second = columnReduction({
    rows: chunks,
    columns,
    chunk: chunks,
    width,
    reducers,
    operands: [
      { tensor: mean, written: true, width },
      { tensor: variance, written: true, width },
      { tensor: partial, width },
    ],
    state: MOMENTS,
    step: (frame) => `{
        var count_a = count; var average_a = average; var spread_a = spread;
        let count_b = f32(min(${rows}u - row * ${chunk}u, ${chunk}u));
        let average_b = ${read(frame, 2, `row * ${2 * units}u + column`)};
        let spread_b = ${read(frame, 2, `row * ${2 * units}u + ${units}u + column`)};
        ${MERGE_MOMENTS}
        count = count_a; average = average_a; spread = spread_a;
      }`,
    merge: MERGE_MOMENTS,
    store: (frame) => `${write(frame, 0, "column", "average")}
    ${write(frame, 1, "column", `spread / ${rows}.0`)}`,
  });
  planner.emit({
    work: "normalization",
    label: "batchNorm statistics, merged",
    code: second.code,
    bindings: second.frame.bindings,
    segments: [second.frame.numbers],
    workgroups: [columnBlocks(columns, width), 1, 1],
    mergeable: false,
  });
}

/** Gradient of batch norm, of the ReLU behind it too where `mask` is its gradient. */
export function lowerBatchNormGrad(
  planner: Planner,
  node: BoundNode<"batchNormGrad">,
  mask?: ReluGradient,
): void {
  const [dyValue, x, weight, meanValue, varianceValue] = node.inputs as [
    BoundValue,
    BoundValue,
    BoundValue,
    BoundValue,
    BoundValue,
  ];
  const [dx, dweight, dbias] = node.outputs as [BoundValue, BoundValue, BoundValue];
  const { shape } = x;
  const { epsilon } = node.params;
  const source = planner.channelsLast(x);
  const dy = planner.channelsLast(mask?.upstream ?? dyValue);
  const vectors = [meanValue, varianceValue, weight].map((value) => planner.inStrides(value));
  const bias = mask === undefined ? undefined : planner.inStrides(biasOf(mask));
  const [mean, variance, scale] = vectors as [Tensor, Tensor, Tensor];
  const weightGradient = planner.produceSmall(dweight);
  const biasGradient = planner.produceSmall(dbias);
  const inputs = [dy, source, mean, variance, scale, ...(bias === undefined ? [] : [bias])];
  const maps = mapsOf(planner, shape, [...inputs, weightGradient, biasGradient]);
  const read = (frame: KernelFrame, operand: number, index: string): string =>
    readColumns(maps, frame, operand, index);
  emitColumnSums(planner, {
    label: "batchNormGrad sums",
    matrix: maps,
    inputs: inputs.map((tensor) => ({ tensor, width: maps.width })),
    sum: biasGradient,
    product: weightGradient,
    prepare: (frame) => `let mean = ${read(frame, 3, "column")};
    let deviation = 1.0 / sqrt(${read(frame, 4, "column")} + ${literal("f32", epsilon)});
    ${bias === undefined ? "" : `let scale = deviation * ${read(frame, 5, "column")}; let bias = ${read(frame, 6, "column")};`}`,
    step: (frame) => {
      const index = `row * ${maps.units}u + column`;
      const gradient = read(frame, 1, index);
      return `let x = ${read(frame, 2, index)};
      let dy = ${bias === undefined ? gradient : `select(V(0.0), ${gradient}, fma(x - mean, scale, bias) > V(0.0))`};
      sum += dy; product = fma(dy, (x - mean) * deviation, product);`;
    },
  });
  const share = literal("f32", 1 / maps.rows);
  const body = `let mean = x2; let variance = x3; let weight = x4; let product = x5; let sum = x6;
  ${bias === undefined ? "" : "let bias = x7;"}
  let deviation = 1.0 / sqrt(variance + ${literal("f32", epsilon)});
  let scale = deviation * weight;
  let dy = ${bias === undefined ? "x1" : "select(0.0, x1, fma(x0 - mean, scale, bias) > 0.0)"};
  let y0 = scale * (dy - sum * ${share} - (x0 - mean) * deviation * (product * ${share}));`;
  planner.emit(
    elementwiseKernel(
      {
        work: "normalization",
        label: mask === undefined ? "batchNormGrad" : "batchNormGrad reluGrad",
        shape,
        inputs: [
          source,
          dy,
          ...[mean, variance, scale, weightGradient, biasGradient, ...(bias === undefined ? [] : [bias])].map(
            (vector) => alongChannels(vector, shape),
          ),
        ],
        outputs: [planner.produceActivation(dx, channelsLastStrides(shape))],
        body,
      },
      planner.traits,
    ),
  );
}

/** The bias of the batch norm whose ReLU a mask is of. */
function biasOf({ activated }: ReluGradient): BoundValue {
  const [normalized] = activated.node.inputs;
  const { node } = normalized!;
  if (!isOp(node, "batchNormTraining")) throw new Error("the mask is of no batch norm");
  return node.inputs[2]!;
}

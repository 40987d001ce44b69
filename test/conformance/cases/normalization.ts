// Normalisation: batches, maps and rows of every size, channels that are no multiple of a vector, large means.
import type { HostTensor, Shape } from "../../../src/core/index.ts";
import { batchNormInference, batchNormTraining, layerNorm, type Value } from "../../../src/graph/index.ts";
import type { NormalizationOps } from "../../../src/graph/ops/normalization.ts";
import { type Case, numbers, positive, type Tolerance } from "../case.ts";

const EPSILON = 1e-5;

interface Batch {
  readonly name: string;
  readonly x: HostTensor<"float32">;
  readonly tolerance: Tolerance;
}

const SHAPES: readonly Shape[] = [
  [4, 3, 5, 5],
  [2, 16, 4, 4],
  [2, 17, 3, 3],
  [1, 5, 2, 3],
  [8, 4, 1, 1],
  [6, 7],
  [3, 2, 9],
];

const BATCHES: readonly Batch[] = [
  ...SHAPES.map(
    (shape): Batch => ({ name: `of [${shape}]`, x: numbers(shape, "x"), tolerance: "accumulated" }),
  ),
  // What takes differences of large sums loses digits here.
  {
    name: "whose mean is 50 times its deviation",
    x: numbers([4, 5, 8, 8], "offset", 28, 30),
    tolerance: "composed",
  },
];

const ROWS: readonly Batch[] = [
  ...[
    [5, 7],
    [1, 16],
    [2, 3, 33],
    [2, 3, 5, 96],
    [2, 1025],
  ].map((shape): Batch => ({ name: `of [${shape}]`, x: numbers(shape, "x"), tolerance: "accumulated" })),
  {
    name: "whose mean is 50 times its deviation",
    x: numbers([6, 40], "offset", 28, 30),
    tolerance: "composed",
  },
];

function vectorsFor({ x }: Batch, axis = 1) {
  const channels = [x.shape.at(axis)!];
  return {
    weight: positive(channels, "weight"),
    bias: numbers(channels, "bias"),
    mean: numbers(channels, "mean"),
    variance: positive(channels, "variance"),
  };
}

export const normalizationCases: { readonly [N in keyof NormalizationOps]: readonly Case[] } = {
  batchNormTraining: BATCHES.map((batch) => {
    const { weight, bias } = vectorsFor(batch);
    return {
      name: batch.name,
      operands: [batch.x, weight, bias],
      build: (x, w, b) => {
        const [y, mean, variance] = batchNormTraining(x!, w!, b!, EPSILON);
        return { y, mean, variance };
      },
      tolerance: batch.tolerance,
      // The statistics are constants to gradients.
      differentiated: ["y"],
    };
  }),
  batchNormGrad: BATCHES.map((batch) => ({
    name: batch.name,
    operands: [numbers(batch.x.shape, "dy"), batch.x, vectorsFor(batch).weight, vectorsFor(batch).bias],
    build: (dy, x, weight, bias) => {
      const [, mean, variance] = batchNormTraining(x!, weight!, bias!, EPSILON);
      const operands = [dy!, x!, weight!, mean, variance];
      const [dx, dWeight, dBias] = dy!.node.graph.append("batchNormGrad", operands, { epsilon: EPSILON });
      return { dx: dx!, dWeight: dWeight!, dBias: dBias! };
    },
    tolerance: batch.tolerance,
  })),
  batchNormInference: BATCHES.map((batch) => {
    const { weight, bias, mean, variance } = vectorsFor(batch);
    return {
      name: batch.name,
      operands: [batch.x, weight, bias, mean, variance],
      build: (x, w, b, m, v) => batchNormInference(x!, w!, b!, m!, v!, EPSILON),
      tolerance: batch.tolerance,
    };
  }),
  layerNorm: ROWS.map((rows) => {
    const { weight, bias } = vectorsFor(rows, -1);
    return {
      name: rows.name,
      operands: [rows.x, weight, bias],
      batch: [0],
      build: (...operands) => {
        const [x, w, b] = operands as [Value, Value, Value];
        const [y, mean, variance] = x.node.graph.append("layerNorm", [x, w, b], { epsilon: EPSILON });
        return { y: y!, alone: layerNorm(x, w, b, 1e-6), mean: mean!, variance: variance! };
      },
      tolerance: rows.tolerance,
      differentiated: ["y", "alone"],
    };
  }),
  layerNormGrad: ROWS.map((rows) => ({
    name: rows.name,
    operands: [numbers(rows.x.shape, "dy"), rows.x, vectorsFor(rows, -1).weight, vectorsFor(rows, -1).bias],
    batch: [0, 1],
    build: (...operands) => {
      const [dy, x, w, b] = operands as [Value, Value, Value, Value];
      const [, mean, variance] = x.node.graph.append("layerNorm", [x, w, b], { epsilon: EPSILON });
      const gradients = x.node.graph.append("layerNormGrad", [dy, x, w, mean!, variance!], {
        epsilon: EPSILON,
      });
      const [dx, dWeight, dBias] = gradients;
      return { dx: dx!, dWeight: dWeight!, dBias: dBias! };
    },
    tolerance: rows.tolerance,
  })),
};

// Batch normalisation: batches and maps of every size, channels that are no multiple of a vector.
import type { Shape } from "../../../src/core/index.ts";
import { batchNormInference, batchNormTraining } from "../../../src/graph/index.ts";
import type { NormalizationOps } from "../../../src/graph/ops/normalization.ts";
import { type Case, numbers, positive } from "../case.ts";

const EPSILON = 1e-5;

const SHAPES: readonly Shape[] = [
  [4, 3, 5, 5],
  [2, 16, 4, 4],
  [2, 17, 3, 3],
  [1, 5, 2, 3],
  [8, 4, 1, 1],
  [6, 7],
  [3, 2, 9],
];

function vectorsFor(shape: Shape) {
  const channels = [shape[1]!];
  return {
    weight: positive(channels, "weight"),
    bias: numbers(channels, "bias"),
    mean: numbers(channels, "mean"),
    variance: positive(channels, "variance"),
  };
}

export const normalizationCases: { readonly [N in keyof NormalizationOps]: readonly Case[] } = {
  batchNormTraining: SHAPES.map((shape) => {
    const { weight, bias } = vectorsFor(shape);
    return {
      name: `of [${shape}]`,
      operands: [numbers(shape, "x"), weight, bias],
      build: (x, w, b) => {
        const [y, mean, variance] = batchNormTraining(x!, w!, b!, EPSILON);
        return { y, mean, variance };
      },
      tolerance: "accumulated",
      // The statistics are constants to gradients.
      differentiated: ["y"],
    };
  }),
  batchNormGrad: SHAPES.map((shape) => ({
    name: `of [${shape}]`,
    operands: [numbers(shape, "dy"), numbers(shape, "x"), vectorsFor(shape).weight, vectorsFor(shape).bias],
    build: (dy, x, weight, bias) => {
      const [, mean, variance] = batchNormTraining(x!, weight!, bias!, EPSILON);
      const [dx, dWeight, dBias] = dy!.node.graph.append(
        "batchNormGrad",
        [dy!, x!, weight!, mean, variance],
        {
          epsilon: EPSILON,
        },
      );
      return { dx: dx!, dWeight: dWeight!, dBias: dBias! };
    },
    tolerance: "accumulated",
  })),
  batchNormInference: SHAPES.map((shape) => {
    const { weight, bias, mean, variance } = vectorsFor(shape);
    return {
      name: `of [${shape}]`,
      operands: [numbers(shape, "x"), weight, bias, mean, variance],
      build: (x, w, b, m, v) => batchNormInference(x!, w!, b!, m!, v!, EPSILON),
      tolerance: "accumulated",
    };
  }),
};

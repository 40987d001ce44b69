// Normalisation. Of the channels (axis 1) of [N, C, ...] over the batch: training form, its gradient, inference form.
// Ioffe and Szegedy, "Batch Normalization" (2015); statistics are biased, as torch normalises with.
// Of the last axis by itself: Ba et al., "Layer Normalization" (2016).
import { formatShape, sizeOf } from "../../core/index.ts";
import { fixedDim, isBoundShape } from "../dim.ts";
import { require } from "../shape-error.ts";
import type { ValueType } from "../value-type.ts";
import type { OpDefinition } from "./definition.ts";

/** What keeps a row without variance from being divided by zero. */
export interface LayerNormParams {
  /** Added to the variance before the square root. */
  readonly epsilon: number;
}

/** What keeps a channel without variance from being divided by zero. */
export interface BatchNormParams {
  /** Added to the variance before the square root. */
  readonly epsilon: number;
}

/** Parameters of the ops by name. */
export interface NormalizationOps {
  /** (x, weight [C], bias [C]) -> (y, mean [C], biased variance [C]) of the batch */
  batchNormTraining: BatchNormParams;
  /** (dy, x, weight, mean, variance) -> (dx, dweight, dbias); mean and variance as the training form gave them */
  batchNormGrad: BatchNormParams;
  /** (x, weight, bias, mean, variance) -> y */
  batchNormInference: BatchNormParams;
  /** (x [..., C], weight [C], bias [C]) -> (y, mean [...], biased variance [...]) over the last axis */
  layerNorm: LayerNormParams;
  /** (dy, x, weight, mean, variance) -> (dx, dweight, dbias) */
  layerNormGrad: LayerNormParams;
}

function channels(x: ValueType, vectors: readonly (ValueType | undefined)[]): [number] {
  require(x.shape.length >= 2, "the input must be [N, C, ...]");
  const channelCount = fixedDim(x.shape[1]!);
  for (const vector of vectors) {
    require(vector !== undefined &&
      vector.shape.length === 1 &&
      vector.shape[0] === channelCount, `weight, bias and statistics must be [${channelCount}]`);
  }
  return [channelCount];
}

/** Types of the statistics of the rows, and of weight and bias. */
function rows(x: ValueType, vectors: readonly (ValueType | undefined)[]): readonly [ValueType, ValueType] {
  require(x.shape.length >= 2, "the input must be [..., C]");
  const size = fixedDim(x.shape.at(-1)!);
  for (const vector of vectors)
    require(vector?.shape.length === 1 && vector.shape[0] === size, `weight and bias must be [${size}]`);
  return [
    { dtype: x.dtype, shape: x.shape.slice(0, -1) },
    { dtype: x.dtype, shape: [size] },
  ];
}

/** Types of the results; statistics have the operand's dtype and one value for each channel. */
export const normalizationOps: { readonly [N in keyof NormalizationOps]: OpDefinition<NormalizationOps[N]> } =
  {
    batchNormTraining: {
      infer: ([x, weight, bias]) => {
        const shape = channels(x!, [weight, bias]);
        require(!isBoundShape(x!.shape) ||
          sizeOf(x!.shape) / shape[0] >
            1, "expected more than 1 value per channel when training; use a larger batch or drop the last, shorter one");
        const vector = { dtype: x!.dtype, shape };
        return [{ dtype: x!.dtype, shape: x!.shape }, vector, vector];
      },
    },
    batchNormGrad: {
      infer: ([dy, x, weight, mean, variance]) => {
        const shape = channels(x!, [weight, mean, variance]);
        require(formatShape(dy!.shape) === formatShape(x!.shape), "gradient and input differ in shape");
        const vector = { dtype: x!.dtype, shape };
        return [{ dtype: x!.dtype, shape: x!.shape }, vector, vector];
      },
    },
    batchNormInference: {
      infer: ([x, weight, bias, mean, variance]) => {
        channels(x!, [weight, bias, mean, variance]);
        return [{ dtype: x!.dtype, shape: x!.shape }];
      },
    },
    layerNorm: {
      infer: ([x, weight, bias]) => {
        const [statistics] = rows(x!, [weight, bias]);
        return [{ dtype: x!.dtype, shape: x!.shape }, statistics, statistics];
      },
    },
    layerNormGrad: {
      infer: ([dy, x, weight, mean, variance]) => {
        const [statistics, vector] = rows(x!, [weight]);
        require(formatShape(dy!.shape) === formatShape(x!.shape), "gradient and input differ in shape");
        const shape = formatShape(statistics.shape);
        const fits = formatShape(mean!.shape) === shape && formatShape(variance!.shape) === shape;
        require(fits, `the statistics must be ${shape}`);
        return [{ dtype: x!.dtype, shape: x!.shape }, vector, vector];
      },
    },
  };

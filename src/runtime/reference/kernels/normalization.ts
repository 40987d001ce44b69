// Batch normalisation of [N, C, ...] over all axes but the channels; layer normalisation over the last axis.
import { type Shape, sizeOf } from "../../../core/index.ts";
import type { NormalizationOps } from "../../../graph/ops/normalization.ts";
import type { KernelTable } from "../kernel.ts";
import { floats } from "../tensor.ts";

/** Calls `body` with the channel and the range of each contiguous run of one channel's elements. */
function forEachChannelRun(shape: Shape, body: (channel: number, start: number, end: number) => void): void {
  const channels = shape[1]!;
  const run = sizeOf(shape.slice(2));
  for (let i = 0; i < shape[0]! * channels; i++) body(i % channels, i * run, (i + 1) * run);
}

/** Mean over each channel of `term(flat index, channel)`. */
function channelMeans(shape: Shape, term: (i: number, channel: number) => number): Float64Array {
  const sums = new Float64Array(shape[1]!);
  forEachChannelRun(shape, (channel, start, end) => {
    for (let i = start; i < end; i++) sums[channel]! += term(i, channel);
  });
  const count = sizeOf(shape) / shape[1]!;
  return sums.map((sum) => sum / count);
}

/** `f(flat index, channel)` at every element. */
function mapChannels(shape: Shape, f: (i: number, channel: number) => number): Float64Array {
  const result = new Float64Array(sizeOf(shape));
  forEachChannelRun(shape, (channel, start, end) => {
    for (let i = start; i < end; i++) result[i] = f(i, channel);
  });
  return result;
}

function inverseDeviation(variance: Float64Array, epsilon: number): Float64Array {
  return variance.map((value) => 1 / Math.sqrt(value + epsilon));
}

/** Two passes: the variance is taken around the mean that the first has found. */
export const normalizationKernels: KernelTable<NormalizationOps> = {
  batchNormTraining: ([xTensor, weightTensor, biasTensor], { epsilon }) => {
    const { shape } = xTensor!;
    const [x, weight, bias] = [floats(xTensor!), floats(weightTensor!), floats(biasTensor!)];
    const mean = channelMeans(shape, (i) => x[i]!);
    const variance = channelMeans(shape, (i, c) => (x[i]! - mean[c]!) ** 2);
    const scale = inverseDeviation(variance, epsilon);
    const y = mapChannels(shape, (i, c) => (x[i]! - mean[c]!) * scale[c]! * weight[c]! + bias[c]!);
    return [y, mean, variance];
  },
  batchNormGrad: ([dyTensor, xTensor, weightTensor, meanTensor, varianceTensor], { epsilon }) => {
    const { shape } = xTensor!;
    const [dy, x, weight] = [floats(dyTensor!), floats(xTensor!), floats(weightTensor!)];
    const mean = floats(meanTensor!);
    const scale = inverseDeviation(floats(varianceTensor!), epsilon);
    const normalized = (i: number, c: number): number => (x[i]! - mean[c]!) * scale[c]!;
    const dyMean = channelMeans(shape, (i) => dy[i]!);
    const dyNormalizedMean = channelMeans(shape, (i, c) => dy[i]! * normalized(i, c));
    const dx = mapChannels(
      shape,
      (i, c) => weight[c]! * scale[c]! * (dy[i]! - dyMean[c]! - normalized(i, c) * dyNormalizedMean[c]!),
    );
    const count = sizeOf(shape) / shape[1]!;
    return [dx, dyNormalizedMean.map((value) => value * count), dyMean.map((value) => value * count)];
  },
  batchNormInference: ([xTensor, weightTensor, biasTensor, meanTensor, varianceTensor], { epsilon }) => {
    const [x, weight, bias] = [floats(xTensor!), floats(weightTensor!), floats(biasTensor!)];
    const mean = floats(meanTensor!);
    const scale = inverseDeviation(floats(varianceTensor!), epsilon);
    return [mapChannels(xTensor!.shape, (i, c) => (x[i]! - mean[c]!) * scale[c]! * weight[c]! + bias[c]!)];
  },
  layerNorm: ([xTensor, weightTensor, biasTensor], { epsilon }) => {
    const [x, weight, bias] = [floats(xTensor!), floats(weightTensor!), floats(biasTensor!)];
    const width = weight.length;
    const y = new Float64Array(x.length);
    const [mean, variance] = [new Float64Array(x.length / width), new Float64Array(x.length / width)];
    for (let row = 0; row < mean.length; row++) {
      const at = row * width;
      for (let i = 0; i < width; i++) mean[row]! += x[at + i]! / width;
      for (let i = 0; i < width; i++) variance[row]! += (x[at + i]! - mean[row]!) ** 2 / width;
      const scale = 1 / Math.sqrt(variance[row]! + epsilon);
      for (let i = 0; i < width; i++) y[at + i] = (x[at + i]! - mean[row]!) * scale * weight[i]! + bias[i]!;
    }
    return [y, mean, variance];
  },
  layerNormGrad: ([dyTensor, xTensor, weightTensor, meanTensor, varianceTensor], { epsilon }) => {
    const [dy, x, weight] = [floats(dyTensor!), floats(xTensor!), floats(weightTensor!)];
    const [mean, scales] = [floats(meanTensor!), inverseDeviation(floats(varianceTensor!), epsilon)];
    const width = weight.length;
    const [dx, dWeight, dBias] = [x.length, width, width].map((length) => new Float64Array(length));
    for (let row = 0; row < mean.length; row++) {
      const at = row * width;
      const normalized = (i: number): number => (x[at + i]! - mean[row]!) * scales[row]!;
      let [sum, projection] = [0, 0];
      for (let i = 0; i < width; i++) {
        const scaled = dy[at + i]! * weight[i]!;
        sum += scaled / width;
        projection += (scaled * normalized(i)) / width;
        dWeight![i]! += dy[at + i]! * normalized(i);
        dBias![i]! += dy[at + i]!;
      }
      for (let i = 0; i < width; i++)
        dx![at + i] = scales[row]! * (dy[at + i]! * weight[i]! - sum - normalized(i) * projection);
    }
    return [dx!, dWeight!, dBias!];
  },
};

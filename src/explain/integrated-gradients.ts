// Integrated gradients: Sundararajan et al., "Axiomatic Attribution for Deep Networks" (2017).
import { type HostTensor, hostTensor, toNumbers } from "../core/index.ts";
import type { ExplainedNetwork } from "./explained-network.ts";
import { gaussLegendre } from "./gauss-legendre.ts";
import type { HeatMap } from "./heat-map.ts";
import { rowsOf } from "./occlusion.ts";

/** Where the path to the picture begins, and how finely it is followed. */
export interface IntegratedGradientsOptions {
  /** The picture that stands for nothing, a value for each channel of the network's input; default 0, the mean colour. */
  readonly baseline?: readonly number[] | undefined;
  /** Places of the path where the gradient is taken, by Gauss and Legendre; default 50. */
  readonly steps?: number | undefined;
  /** Of them, those that are computed together; default 16. */
  readonly batchSize?: number | undefined;
}

/** What each pixel adds to a class's logit. */
export interface IntegratedGradients {
  /** [3, H, W], in units of the logit */
  readonly attributions: HostTensor<"float32">;
  /** Their sum over the channels. */
  readonly map: HeatMap;
  /** The logit of the picture less that of the baseline. */
  readonly difference: number;
  /** The sum of all attributions less that difference: 0 but for too few steps. */
  readonly completenessError: number;
}

/**
 * (picture - baseline) times the mean gradient of the class's logit on the straight way from the baseline to the picture.
 * @param image [3, H, W], as the network is given it
 */
export async function integratedGradients(
  network: ExplainedNetwork,
  image: HostTensor,
  wanted: number,
  { baseline = [], steps = 50, batchSize = 16 }: IntegratedGradientsOptions = {},
): Promise<IntegratedGradients> {
  const [channels, height, width] = image.shape as [number, number, number];
  const plane = height * width;
  const pixels = Float64Array.from(toNumbers(image.data));
  const from = pixels.map((_, i) => baseline[Math.floor(i / plane)] ?? 0);
  const way = pixels.map((pixel, i) => pixel - from[i]!);
  const batch = (shares: readonly number[]): HostTensor<"float32"> => {
    const data = new Float32Array(shares.length * pixels.length);
    for (const [row, share] of shares.entries())
      for (let i = 0; i < pixels.length; i++) data[row * pixels.length + i] = from[i]! + share * way[i]!;
    return hostTensor("float32", [shares.length, channels, height, width], data);
  };
  const mean = new Float64Array(pixels.length);
  const nodes = gaussLegendre(steps);
  for (let first = 0; first < nodes.length; first += batchSize) {
    const group = nodes.slice(first, first + batchSize);
    const classes = group.map(() => wanted);
    const { data } = await network.pixelSlopes(batch(group.map(({ place }) => place)), classes);
    for (const [row, { weight }] of group.entries())
      for (let i = 0; i < mean.length; i++) mean[i]! += weight * Number(data[row * mean.length + i]);
  }
  const values = mean.map((slope, i) => slope * way[i]!);
  const [nothing, whole] = rowsOf(await network.classify(batch([0, 1]))).map((row) => row[wanted]!);
  const difference = whole! - nothing!;
  const sums = Float32Array.from({ length: plane }, (_, place) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += values[channel * plane + place]!;
    return sum;
  });
  return {
    attributions: hostTensor("float32", image.shape, Float32Array.from(values)),
    map: { width, height, values: sums },
    difference,
    completenessError: values.reduce((sum, value) => sum + value, 0) - difference,
  };
}

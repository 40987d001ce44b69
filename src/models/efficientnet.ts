// EfficientNet: Tan and Le, "Rethinking Model Scaling" (2019) and "EfficientNetV2" (2021), as torchvision builds them.
import { add, flatten, type Value } from "../graph/index.ts";
import {
  type BatchNorm2dOptions,
  ClassificationNetwork,
  Dropout,
  fill,
  GlobalAvgPool2d,
  Linear,
  Module,
  Sequential,
  SiLU,
  StochasticDepth,
  uniform,
} from "../nn/index.ts";
import { Conv2dNormActivation, makeDivisible, SqueezeExcitation } from "./blocks.ts";
import type { Family, NetworkOptions } from "./family.ts";

/** A stage of equal blocks. */
interface Stage {
  /** 3x3 to more channels instead of 1x1 and a 3x3 on each. */
  readonly fused: boolean;
  /** Channels inside a block per channel before it. */
  readonly expansion: number;
  readonly kernelSize: number;
  /** Of the first block. */
  readonly stride: number;
  readonly channels: number;
  readonly layers: number;
}

/** What tells one size from another. */
export interface EfficientNetOptions extends NetworkOptions {
  readonly stemChannels: number;
  readonly stages: readonly Stage[];
  /** Default: four times those of the last stage. */
  readonly lastChannels?: number;
  readonly norm?: BatchNorm2dOptions;
}

interface BlockShape extends Omit<Stage, "fused" | "layers"> {
  readonly inChannels: number;
  readonly norm: BatchNorm2dOptions | undefined;
}

/** 1x1 to more channels, a convolution of each, squeeze-and-excitation, 1x1 back. */
function mbConv({ inChannels, channels, expansion, kernelSize, stride, norm }: BlockShape): Sequential {
  const hidden = makeDivisible(inChannels * expansion);
  const options = { norm, activation: SiLU };
  return new Sequential(
    ...(hidden === inChannels
      ? []
      : [new Conv2dNormActivation(inChannels, hidden, { kernelSize: 1, ...options })]),
    new Conv2dNormActivation(hidden, hidden, { kernelSize, stride, groups: hidden, ...options }),
    new SqueezeExcitation(hidden, Math.max(1, Math.floor(inChannels / 4)), {
      activation: SiLU,
      biasInitializer: fill(0),
    }),
    new Conv2dNormActivation(hidden, channels, { kernelSize: 1, norm, activation: null }),
  );
}

/** One convolution to more channels and 1x1 back; without more channels, the convolution alone. */
function fusedMbConv({ inChannels, channels, expansion, kernelSize, stride, norm }: BlockShape): Sequential {
  const hidden = makeDivisible(inChannels * expansion);
  const options = { kernelSize, stride, norm, activation: SiLU };
  if (hidden === inChannels) return new Sequential(new Conv2dNormActivation(inChannels, channels, options));
  return new Sequential(
    new Conv2dNormActivation(inChannels, hidden, options),
    new Conv2dNormActivation(hidden, channels, { kernelSize: 1, norm, activation: null }),
  );
}

/** Added to its input where the shape stays. */
class Block extends Module {
  readonly block: Sequential;
  readonly stochastic_depth: StochasticDepth;
  readonly #residual: boolean;

  constructor(fused: boolean, shape: BlockShape, leftOut: number) {
    super();
    this.block = fused ? fusedMbConv(shape) : mbConv(shape);
    this.stochastic_depth = new StochasticDepth(leftOut);
    this.#residual = shape.stride === 1 && shape.inChannels === shape.channels;
  }

  override forward(x: Value): Value {
    const y = this.block.call(x);
    return this.#residual ? add(this.stochastic_depth.call(y), x) : y;
  }
}

/** Images [N, 3, H, W] -> logits [N, numClasses]; stochastic depth 0.2 unless given. */
export class EfficientNet extends ClassificationNetwork {
  readonly features: Sequential;
  readonly avgpool: GlobalAvgPool2d = new GlobalAvgPool2d();
  readonly classifier: Sequential;

  constructor({ stemChannels, stages, norm, numClasses, ...options }: EfficientNetOptions) {
    super();
    const { dropout = 0.2, stochasticDepth = 0.2 } = options;
    const total = stages.reduce((sum, { layers }) => sum + layers, 0);
    let inChannels = stemChannels;
    let index = 0;
    const stage = ({ fused, layers, stride, ...shape }: Stage): Sequential => {
      const blocks = Array.from({ length: layers }, (_, i) => {
        const own = { ...shape, inChannels, stride: i === 0 ? stride : 1, norm };
        inChannels = shape.channels;
        return new Block(fused, own, (stochasticDepth * index++) / total);
      });
      return new Sequential(...blocks);
    };
    const blocks = stages.map(stage);
    const { lastChannels = 4 * inChannels } = options;
    this.features = new Sequential(
      new Conv2dNormActivation(3, stemChannels, { stride: 2, norm, activation: SiLU }),
      ...blocks,
      new Conv2dNormActivation(inChannels, lastChannels, { kernelSize: 1, norm, activation: SiLU }),
    );
    this.classifier = new Sequential(
      new Dropout(dropout),
      new Linear(lastChannels, numClasses, {
        initializer: uniform(1 / Math.sqrt(numClasses)),
        biasInitializer: fill(0),
      }),
    );
  }

  override forwardFeatures(x: Value): Value {
    return flatten(this.avgpool.call(this.features.call(x)));
  }
}

/** Stages of B0: expansion, kernel, stride, channels, layers. */
const B0 = [
  [1, 3, 1, 16, 1],
  [6, 3, 2, 24, 2],
  [6, 5, 2, 40, 2],
  [6, 3, 2, 80, 3],
  [6, 5, 1, 112, 3],
  [6, 5, 2, 192, 4],
  [6, 3, 1, 320, 1],
] as const;

/** B0 with its channels times `width` and its layers times `depth`. */
function scaled(width: number, depth: number): Pick<EfficientNetOptions, "stemChannels" | "stages"> {
  const stages = B0.map(([expansion, kernelSize, stride, channels, layers]) => ({
    fused: false,
    expansion,
    kernelSize,
    stride,
    channels: makeDivisible(channels * width),
    layers: Math.ceil(layers * depth),
  }));
  return { stemChannels: makeDivisible(32 * width), stages };
}

/** A V2 by the channels and layers of its stages, the first three of which are fused. */
function v2(
  channels: readonly number[],
  layers: readonly number[],
): Omit<EfficientNetOptions, keyof NetworkOptions> {
  const expansions = [1, 4, 4, 4, 6, 6, 6];
  const strides = [1, 2, 2, 2, 1, 2, 1];
  const stages = channels.map((count, i) => ({
    fused: i < 3,
    expansion: expansions[i]!,
    kernelSize: 3,
    stride: strides[i]!,
    channels: count,
    layers: layers[i]!,
  }));
  return { stemChannels: channels[0]!, stages, lastChannels: 1280, norm: { epsilon: 1e-3 } };
}

const LARGE_NORM = { epsilon: 1e-3, momentum: 0.01 };
const V2_S = v2([24, 48, 64, 128, 160, 256], [2, 4, 4, 6, 9, 15]);
const V2_M = v2([24, 48, 80, 160, 176, 304, 512], [3, 5, 5, 7, 14, 18, 5]);
const V2_L = v2([32, 64, 96, 192, 224, 384, 640], [4, 7, 7, 10, 19, 25, 7]);

/** torchvision's names. */
export type EfficientNetName =
  | `efficientnet_b${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`
  | `efficientnet_v2_${"s" | "m" | "l"}`;

/** The sizes, with their own dropout. */
export const efficientNet: Family<EfficientNetName> = {
  efficientnet_b0: (options) => new EfficientNet({ ...scaled(1, 1), dropout: 0.2, ...options }),
  efficientnet_b1: (options) => new EfficientNet({ ...scaled(1, 1.1), dropout: 0.2, ...options }),
  efficientnet_b2: (options) => new EfficientNet({ ...scaled(1.1, 1.2), dropout: 0.3, ...options }),
  efficientnet_b3: (options) => new EfficientNet({ ...scaled(1.2, 1.4), dropout: 0.3, ...options }),
  efficientnet_b4: (options) => new EfficientNet({ ...scaled(1.4, 1.8), dropout: 0.4, ...options }),
  efficientnet_b5: (options) =>
    new EfficientNet({ ...scaled(1.6, 2.2), norm: LARGE_NORM, dropout: 0.4, ...options }),
  efficientnet_b6: (options) =>
    new EfficientNet({ ...scaled(1.8, 2.6), norm: LARGE_NORM, dropout: 0.5, ...options }),
  efficientnet_b7: (options) =>
    new EfficientNet({ ...scaled(2, 3.1), norm: LARGE_NORM, dropout: 0.5, ...options }),
  efficientnet_v2_s: (options) => new EfficientNet({ ...V2_S, dropout: 0.2, ...options }),
  efficientnet_v2_m: (options) => new EfficientNet({ ...V2_M, dropout: 0.3, ...options }),
  efficientnet_v2_l: (options) => new EfficientNet({ ...V2_L, dropout: 0.4, ...options }),
};

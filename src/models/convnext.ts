// ConvNeXt: Liu et al., "A ConvNet for the 2020s" (2022), as torchvision builds it.
import { add, mul, type Value } from "../graph/index.ts";
import {
  AdaptiveAvgPool2d,
  ClassificationNetwork,
  Conv2d,
  Flatten,
  fill,
  GELU,
  LayerNorm,
  LayerNorm2d,
  Linear,
  Module,
  Parameter,
  Permute,
  Sequential,
  StochasticDepth,
  truncatedNormal,
} from "../nn/index.ts";
import type { Family, NetworkOptions } from "./family.ts";
import { depthProbability } from "./parts/depth-probability.ts";

/** The numbers that tell one network of the family from another. */
export interface ConvNeXtOptions {
  /** Channels of each stage. */
  readonly channels: readonly number[];
  /** Blocks in each stage. */
  readonly layers: readonly number[];
  readonly numClasses: number;
  /** Share of samples for which the last block does nothing; those before less, the first none. */
  readonly stochasticDepth: number;
}

const EPSILON = 1e-6;
const LAYER_SCALE = 1e-6;
const initializer = truncatedNormal(0.02);
const biasInitializer = fill(0);

function convolution(inChannels: number, outChannels: number, kernel: number, stride: number): Conv2d {
  return new Conv2d(inChannels, outChannels, kernel, { stride, initializer, biasInitializer });
}

function linear(inFeatures: number, outFeatures: number): Linear {
  return new Linear(inFeatures, outFeatures, { initializer, biasInitializer });
}

/** 7x7 convolution of each channel by itself, then two fully connected layers at each place. */
class Block extends Module {
  readonly layer_scale: Parameter;
  readonly block: Sequential;
  readonly stochastic_depth: StochasticDepth;

  constructor(channels: number, stochasticDepth: number) {
    super();
    this.layer_scale = new Parameter([channels, 1, 1], fill(LAYER_SCALE), { decays: false });
    this.block = new Sequential(
      new Conv2d(channels, channels, 7, { padding: 3, groups: channels, initializer, biasInitializer }),
      new Permute([0, 2, 3, 1]),
      new LayerNorm(channels, EPSILON),
      linear(channels, 4 * channels),
      new GELU(),
      linear(4 * channels, channels),
      new Permute([0, 3, 1, 2]),
    );
    this.stochastic_depth = new StochasticDepth(stochasticDepth);
  }

  override forward(x: Value): Value {
    const y = mul(this.layer_scale.value, this.block.call(x));
    return add(this.stochastic_depth.call(y), x);
  }
}

/** Images [N, 3, H, W] -> logits [N, numClasses]. Parameter names, order and initialisation are torchvision's. */
export class ConvNeXt extends ClassificationNetwork {
  readonly features: Sequential;
  readonly avgpool: AdaptiveAvgPool2d;
  readonly classifier: Sequential;

  constructor({ channels, layers, numClasses, stochasticDepth }: ConvNeXtOptions) {
    super();
    const [first, last] = [channels[0]!, channels.at(-1)!];
    const probability = depthProbability(stochasticDepth, layers);
    const stages = layers.flatMap((blocks, stage) => {
      const [width, next] = [channels[stage]!, channels[stage + 1]];
      const body = new Sequential(
        ...Array.from({ length: blocks }, (_, i) => new Block(width, probability(stage, i))),
      );
      if (next === undefined) return [body];
      return [body, new Sequential(new LayerNorm2d(width, EPSILON), convolution(width, next, 2, 2))];
    });
    const stem = new Sequential(convolution(3, first, 4, 4), new LayerNorm2d(first, EPSILON));
    this.features = new Sequential(stem, ...stages);
    this.avgpool = new AdaptiveAvgPool2d(1);
    this.classifier = new Sequential(new LayerNorm2d(last, EPSILON), new Flatten(), linear(last, numClasses));
  }

  override forwardFeatures(x: Value): Value {
    return this.avgpool.call(this.features.call(x));
  }
}

/** torchvision's names. */
export type ConvNeXtName = "convnext_tiny" | "convnext_small" | "convnext_base" | "convnext_large";

const row =
  (channels: readonly number[], layers: readonly number[], published: number) =>
  ({ numClasses, stochasticDepth = published }: NetworkOptions): ConvNeXt =>
    new ConvNeXt({ channels, layers, numClasses, stochasticDepth });

/** ConvNeXts, small ones first. */
export const convnexts: Family<ConvNeXtName> = {
  convnext_tiny: row([96, 192, 384, 768], [3, 3, 9, 3], 0.1),
  convnext_small: row([96, 192, 384, 768], [3, 3, 27, 3], 0.4),
  convnext_base: row([128, 256, 512, 1024], [3, 3, 27, 3], 0.5),
  convnext_large: row([192, 384, 768, 1536], [3, 3, 27, 3], 0.5),
};

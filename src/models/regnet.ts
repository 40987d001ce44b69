// RegNet X and Y: Radosavovic et al., "Designing Network Design Spaces" (2020), as torchvision builds them.
import { add, flatten, relu, type Value } from "../graph/index.ts";
import {
  ClassificationNetwork,
  fill,
  GlobalAvgPool2d,
  Linear,
  Module,
  normal,
  Sequential,
} from "../nn/index.ts";
import type { Family } from "./family.ts";
import { Conv2dNormActivation, SqueezeExcitation } from "./parts/blocks.ts";

/** The numbers that tell one network of the family from another. */
export interface RegNetOptions {
  /** Blocks in each of the four stages. */
  readonly layers: readonly number[];
  /** Channels of each stage. */
  readonly channels: readonly number[];
  /** Channels of a group of the 3x3 convolutions; at most all of a stage. */
  readonly groupWidth: number;
  /** Squeeze-and-excitation in each block (Y) or not (X). */
  readonly squeezed: boolean;
  readonly numClasses: number;
}

const STEM_CHANNELS = 32;

interface BlockShape extends Pick<RegNetOptions, "groupWidth" | "squeezed"> {
  readonly inChannels: number;
  readonly channels: number;
  readonly stride: number;
}

/** 1x1, 3x3 in groups, squeeze-and-excitation by a quarter of the block's input, 1x1. */
function transform({ inChannels, channels, stride, groupWidth, squeezed }: BlockShape): Sequential {
  const groups = channels / Math.min(groupWidth, channels);
  return new Sequential({
    a: new Conv2dNormActivation(inChannels, channels, { kernelSize: 1 }),
    b: new Conv2dNormActivation(channels, channels, { stride, groups }),
    ...(squeezed ? { se: new SqueezeExcitation(channels, inChannels / 4) } : {}),
    c: new Conv2dNormActivation(channels, channels, { kernelSize: 1, activation: null }),
  });
}

class ResBottleneckBlock extends Module {
  readonly proj: Conv2dNormActivation | undefined;
  readonly f: Sequential;

  constructor(shape: BlockShape) {
    super();
    const { inChannels, channels, stride } = shape;
    if (stride !== 1 || inChannels !== channels)
      this.proj = new Conv2dNormActivation(inChannels, channels, { kernelSize: 1, stride, activation: null });
    this.f = transform(shape);
  }

  override forward(x: Value): Value {
    return relu(add(this.proj?.call(x) ?? x, this.f.call(x)));
  }
}

/** Images [N, 3, H, W] -> logits [N, numClasses]. Parameter names, order and initialisation are torchvision's. */
export class RegNet extends ClassificationNetwork {
  readonly stem: Conv2dNormActivation;
  readonly trunk_output: Sequential;
  readonly avgpool: GlobalAvgPool2d;
  readonly fc: Linear;

  constructor({ layers, channels, numClasses, ...shape }: RegNetOptions) {
    super();
    let inChannels = STEM_CHANNELS;
    const stages = layers.map((count, stage): [string, Module] => {
      const blocks = Array.from({ length: count }, (_, i): [string, Module] => {
        const width = channels[stage]!;
        const block = new ResBottleneckBlock({
          ...shape,
          inChannels,
          channels: width,
          stride: i === 0 ? 2 : 1,
        });
        inChannels = width;
        return [`block${stage + 1}-${i}`, block];
      });
      return [`block${stage + 1}`, new Sequential(Object.fromEntries(blocks))];
    });
    this.stem = new Conv2dNormActivation(3, STEM_CHANNELS, { stride: 2 });
    this.trunk_output = new Sequential(Object.fromEntries(stages));
    this.avgpool = new GlobalAvgPool2d();
    this.fc = new Linear(inChannels, numClasses, { initializer: normal(0.01), biasInitializer: fill(0) });
  }

  override get classifier(): Linear {
    return this.fc;
  }

  override get stages(): readonly string[] {
    return ["stem", ...[1, 2, 3, 4].map((i) => `trunk_output.block${i}`), "fc"];
  }

  override forwardFeatures(x: Value): Value {
    return flatten(this.avgpool.call(this.trunk_output.call(this.stem.call(x))));
  }
}

type Size = "400mf" | "800mf" | "1_6gf" | "3_2gf" | "8gf" | "16gf" | "32gf";

/** torchvision's names, with the operations for a picture. */
export type RegNetName = `regnet_${"x" | "y"}_${Size}` | "regnet_y_128gf";

const row =
  (squeezed: boolean) =>
  (layers: readonly number[], channels: readonly number[], groupWidth: number) =>
  ({ numClasses }: { readonly numClasses: number }): RegNet =>
    new RegNet({ layers, channels, groupWidth, squeezed, numClasses });
const x = row(false);
const y = row(true);

/** RegNets, small ones first within X and Y. */
export const regnets: Family<RegNetName> = {
  regnet_x_400mf: x([1, 2, 7, 12], [32, 64, 160, 400], 16),
  regnet_x_800mf: x([1, 3, 7, 5], [64, 128, 288, 672], 16),
  regnet_x_1_6gf: x([2, 4, 10, 2], [72, 168, 408, 912], 24),
  regnet_x_3_2gf: x([2, 6, 15, 2], [96, 192, 432, 1008], 48),
  regnet_x_8gf: x([2, 5, 15, 1], [80, 240, 720, 1920], 120),
  regnet_x_16gf: x([2, 6, 13, 1], [256, 512, 896, 2048], 128),
  regnet_x_32gf: x([2, 7, 13, 1], [336, 672, 1344, 2520], 168),
  regnet_y_400mf: y([1, 3, 6, 6], [48, 104, 208, 440], 8),
  regnet_y_800mf: y([1, 3, 8, 2], [64, 144, 320, 784], 16),
  regnet_y_1_6gf: y([2, 6, 17, 2], [48, 120, 336, 888], 24),
  regnet_y_3_2gf: y([2, 5, 13, 1], [72, 216, 576, 1512], 24),
  regnet_y_8gf: y([2, 4, 10, 1], [224, 448, 896, 2016], 56),
  regnet_y_16gf: y([2, 4, 11, 1], [224, 448, 1232, 3024], 112),
  regnet_y_32gf: y([2, 5, 12, 1], [232, 696, 1392, 3712], 232),
  regnet_y_128gf: y([2, 7, 17, 1], [528, 1056, 2904, 7392], 264),
};

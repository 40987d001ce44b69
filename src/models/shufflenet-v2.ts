// ShuffleNetV2: Ma et al., "Practical Guidelines for Efficient CNN Architecture Design" (2018), as torchvision builds it.
import { concat, flatten, reshape, sizeOfAxis, slice, transpose, type Value } from "../graph/index.ts";
import {
  BatchNorm2d,
  ClassificationNetwork,
  Conv2d,
  GlobalAvgPool2d,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
} from "../nn/index.ts";
import type { Family } from "./family.ts";

/** The numbers that tell one network of the family from another. */
export interface ShuffleNetV2Options {
  /** Channels of the three stages. */
  readonly channels: readonly [number, number, number];
  readonly lastChannels: number;
  readonly numClasses: number;
}

const STEM_CHANNELS = 24;
/** Blocks of the three stages. */
const LAYERS = [4, 8, 4] as const;

/** Convolution, norm and activation. */
function pointwise(inChannels: number, outChannels: number): Module[] {
  return [new Conv2d(inChannels, outChannels, 1, { bias: false }), new BatchNorm2d(outChannels), new ReLU()];
}

/** 3x3 convolution of each channel, and norm. */
function depthwise(channels: number, stride: number): Module[] {
  return [
    new Conv2d(channels, channels, 3, { stride, padding: 1, groups: channels, bias: false }),
    new BatchNorm2d(channels),
  ];
}

/** Channels of two halves, taken from them by turns. */
function shuffled(halves: readonly Value[]): Value {
  const x = concat(halves, 1);
  const [n, channels, height, width] = x.shape;
  const paired = reshape(x, [n!, 2, sizeOfAxis(x, 1) / 2, height!, width!]);
  return reshape(transpose(paired, [0, 2, 1, 3, 4]), [n!, channels!, height!, width!]);
}

/** Halves the size in both of its branches; else the first half of the channels goes by. */
class InvertedResidual extends Module {
  readonly branch1: Sequential | undefined;
  readonly branch2: Sequential;

  constructor(inChannels: number, outChannels: number, halves: boolean) {
    super();
    const channels = outChannels / 2;
    const stride = halves ? 2 : 1;
    if (halves)
      this.branch1 = new Sequential(...depthwise(inChannels, 2), ...pointwise(inChannels, channels));
    this.branch2 = new Sequential(
      ...pointwise(halves ? inChannels : channels, channels),
      ...depthwise(channels, stride),
      ...pointwise(channels, channels),
    );
  }

  override forward(x: Value): Value {
    if (this.branch1 !== undefined) return shuffled([this.branch1.call(x), this.branch2.call(x)]);
    const [n, channels, height, width] = x.shape;
    const half = sizeOfAxis(x, 1) / 2;
    const first = slice(x, [0, 0, 0, 0], [n!, half, height!, width!]);
    const second = slice(x, [0, half, 0, 0], [n!, channels!, height!, width!]);
    return shuffled([first, this.branch2.call(second)]);
  }
}

/** Images [N, 3, H, W] -> logits [N, numClasses]. Parameter names, order and initialisation are torchvision's. */
export class ShuffleNetV2 extends ClassificationNetwork {
  readonly conv1: Sequential;
  readonly maxpool: MaxPool2d;
  readonly stage2: Sequential;
  readonly stage3: Sequential;
  readonly stage4: Sequential;
  readonly conv5: Sequential;
  readonly avgpool: GlobalAvgPool2d;
  readonly fc: Linear;

  constructor({ channels, lastChannels, numClasses }: ShuffleNetV2Options) {
    super();
    const stage = (i: 0 | 1 | 2): Sequential => {
      const [inChannels, outChannels] = [channels[i - 1] ?? STEM_CHANNELS, channels[i]];
      const blocks = Array.from({ length: LAYERS[i] }, (_, block) =>
        block === 0
          ? new InvertedResidual(inChannels, outChannels, true)
          : new InvertedResidual(outChannels, outChannels, false),
      );
      return new Sequential(...blocks);
    };
    this.conv1 = new Sequential(
      new Conv2d(3, STEM_CHANNELS, 3, { stride: 2, padding: 1, bias: false }),
      new BatchNorm2d(STEM_CHANNELS),
      new ReLU(),
    );
    this.maxpool = new MaxPool2d(3, { stride: 2, padding: 1 });
    this.stage2 = stage(0);
    this.stage3 = stage(1);
    this.stage4 = stage(2);
    this.conv5 = new Sequential(...pointwise(channels[2], lastChannels));
    this.avgpool = new GlobalAvgPool2d();
    this.fc = new Linear(lastChannels, numClasses);
  }

  override get classifier(): Linear {
    return this.fc;
  }

  override forwardFeatures(x: Value): Value {
    let y = this.maxpool.call(this.conv1.call(x));
    for (const part of [this.stage2, this.stage3, this.stage4, this.conv5]) y = part.call(y);
    return flatten(this.avgpool.call(y));
  }
}

/** torchvision's names. */
export type ShuffleNetV2Name = `shufflenet_v2_x${"0_5" | "1_0" | "1_5" | "2_0"}`;

const row =
  (channels: readonly [number, number, number], lastChannels: number) =>
  ({ numClasses }: { readonly numClasses: number }): ShuffleNetV2 =>
    new ShuffleNetV2({ channels, lastChannels, numClasses });

/** ShuffleNets, small ones first. */
export const shufflenetV2s: Family<ShuffleNetV2Name> = {
  shufflenet_v2_x0_5: row([48, 96, 192], 1024),
  shufflenet_v2_x1_0: row([116, 232, 464], 1024),
  shufflenet_v2_x1_5: row([176, 352, 704], 1024),
  shufflenet_v2_x2_0: row([244, 488, 976], 2048),
};

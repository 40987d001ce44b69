// MobileNetV2: Sandler et al., "Inverted Residuals and Linear Bottlenecks" (2018), as torchvision builds it.
import { add, flatten, type Value } from "../graph/index.ts";
import {
  BatchNorm2d,
  ClassificationNetwork,
  Conv2d,
  Dropout,
  fill,
  GlobalAvgPool2d,
  kaimingNormalFanOut,
  Linear,
  Module,
  normal,
  ReLU6,
  Sequential,
} from "../nn/index.ts";
import type { Family } from "./family.ts";
import { Conv2dNormActivation } from "./parts/blocks.ts";

/** Stages of blocks: channels inside a block per channel before it, channels behind it, blocks, first stride. */
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;
const STEM_CHANNELS = 32;
const LAST_CHANNELS = 1280;

/** 1x1 to more channels, 3x3 on each, 1x1 back without activation; added to its input where the shape stays. */
class InvertedResidual extends Module {
  readonly conv: Sequential;
  readonly #residual: boolean;

  constructor(inChannels: number, outChannels: number, stride: number, expansion: number) {
    super();
    const hidden = inChannels * expansion;
    const activation = ReLU6;
    this.#residual = stride === 1 && inChannels === outChannels;
    this.conv = new Sequential(
      ...(expansion === 1
        ? []
        : [new Conv2dNormActivation(inChannels, hidden, { kernelSize: 1, activation })]),
      new Conv2dNormActivation(hidden, hidden, { stride, groups: hidden, activation }),
      new Conv2d(hidden, outChannels, 1, { bias: false, initializer: kaimingNormalFanOut }),
      new BatchNorm2d(outChannels),
    );
  }

  override forward(x: Value): Value {
    const y = this.conv.call(x);
    return this.#residual ? add(x, y) : y;
  }
}

/** What can be chosen of it. */
export interface MobileNetV2Options {
  readonly numClasses: number;
  /** Before the last layer. */
  readonly dropout: number;
}

/** Images [N, 3, H, W] -> logits [N, numClasses]. Parameter names, order and initialisation are torchvision's. */
export class MobileNetV2 extends ClassificationNetwork {
  readonly features: Sequential;
  readonly avgpool: GlobalAvgPool2d = new GlobalAvgPool2d();
  readonly classifier: Sequential;

  constructor({ numClasses, dropout }: MobileNetV2Options) {
    super();
    let inChannels = STEM_CHANNELS;
    const blocks = STAGES.flatMap(([expansion, channels, count, firstStride]) =>
      Array.from({ length: count }, (_, i) => {
        const block = new InvertedResidual(inChannels, channels, i === 0 ? firstStride : 1, expansion);
        inChannels = channels;
        return block;
      }),
    );
    this.features = new Sequential(
      new Conv2dNormActivation(3, STEM_CHANNELS, { stride: 2, activation: ReLU6 }),
      ...blocks,
      new Conv2dNormActivation(inChannels, LAST_CHANNELS, { kernelSize: 1, activation: ReLU6 }),
    );
    this.classifier = new Sequential(
      new Dropout(dropout),
      new Linear(LAST_CHANNELS, numClasses, { initializer: normal(0.01), biasInitializer: fill(0) }),
    );
  }

  /** One where the size halves, and the last convolution. */
  override get stages(): readonly string[] {
    return [0, 2, 4, 7, 14, 18].map((i) => `features.${i}`).concat("classifier");
  }

  override forwardFeatures(x: Value): Value {
    return flatten(this.avgpool.call(this.features.call(x)));
  }
}

/** torchvision's name. */
export type MobileNetV2Name = "mobilenet_v2";

/** The one size. */
export const mobilenetV2s: Family<MobileNetV2Name> = {
  mobilenet_v2: ({ numClasses, dropout = 0.2 }) => new MobileNetV2({ numClasses, dropout }),
};

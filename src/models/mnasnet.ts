// MNASNet: Tan et al., "Platform-Aware Neural Architecture Search for Mobile" (2019), variant B1, as torchvision builds it.
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
  ReLU,
  Sequential,
  uniform,
} from "../nn/index.ts";
import type { Family, NetworkOptions } from "./family.ts";
import { makeDivisible } from "./parts/blocks.ts";

/** The numbers that tell one network of the family from another. */
export interface MNASNetOptions {
  /** Channels, relative to the first published. */
  readonly width: number;
  readonly numClasses: number;
  /** Before the last layer. */
  readonly dropout: number;
}

const MOMENTUM = 1 - 0.9997;
const LAST_CHANNELS = 1280;

/** Stacks of blocks: channels, kernel, first stride, channels inside a block per channel before it, blocks. */
const STACKS = [
  [24, 3, 2, 3, 3],
  [40, 5, 2, 3, 3],
  [80, 5, 2, 6, 3],
  [96, 3, 1, 6, 2],
  [192, 5, 2, 6, 4],
  [320, 3, 1, 6, 1],
] as const;

/** Convolution and norm. */
function convolution(
  inChannels: number,
  outChannels: number,
  kernel: number,
  { stride = 1, groups = 1 } = {},
): [Conv2d, BatchNorm2d] {
  const padding = (kernel - 1) / 2;
  const options = { stride, padding, groups, bias: false, initializer: kaimingNormalFanOut };
  return [
    new Conv2d(inChannels, outChannels, kernel, options),
    new BatchNorm2d(outChannels, { momentum: MOMENTUM }),
  ];
}

/** 1x1 to more channels, a convolution of each, 1x1 back; added to its input where the shape stays. */
class InvertedResidual extends Module {
  readonly layers: Sequential;
  readonly #residual: boolean;

  constructor(inChannels: number, outChannels: number, kernel: number, stride: number, expansion: number) {
    super();
    const hidden = inChannels * expansion;
    this.#residual = stride === 1 && inChannels === outChannels;
    this.layers = new Sequential(
      ...convolution(inChannels, hidden, 1),
      new ReLU(),
      ...convolution(hidden, hidden, kernel, { stride, groups: hidden }),
      new ReLU(),
      ...convolution(hidden, outChannels, 1),
    );
  }

  override forward(x: Value): Value {
    const y = this.layers.call(x);
    return this.#residual ? add(y, x) : y;
  }
}

/** Images [N, 3, H, W] -> logits [N, numClasses]. Parameter names, order and initialisation are torchvision's. */
export class MNASNet extends ClassificationNetwork {
  readonly layers: Sequential;
  readonly avgpool: GlobalAvgPool2d;
  readonly classifier: Sequential;

  constructor({ width, numClasses, dropout }: MNASNetOptions) {
    super();
    const stem = makeDivisible(32 * width);
    let inChannels = makeDivisible(16 * width);
    const first = inChannels;
    const stacks = STACKS.map(([channels, kernel, stride, expansion, count]) => {
      const outChannels = makeDivisible(channels * width);
      const blocks = Array.from({ length: count }, (_, i) => {
        const block = new InvertedResidual(inChannels, outChannels, kernel, i === 0 ? stride : 1, expansion);
        inChannels = outChannels;
        return block;
      });
      return new Sequential(...blocks);
    });
    this.layers = new Sequential(
      ...convolution(3, stem, 3, { stride: 2 }),
      new ReLU(),
      ...convolution(stem, stem, 3, { groups: stem }),
      new ReLU(),
      ...convolution(stem, first, 1),
      ...stacks,
      ...convolution(inChannels, LAST_CHANNELS, 1),
      new ReLU(),
    );
    this.avgpool = new GlobalAvgPool2d();
    this.classifier = new Sequential(
      new Dropout(dropout),
      new Linear(LAST_CHANNELS, numClasses, {
        initializer: uniform(Math.sqrt(3 / numClasses)),
        biasInitializer: fill(0),
      }),
    );
  }

  /** One where the size halves, and the last convolution. */
  override get stages(): readonly string[] {
    return [0, 8, 9, 10, 12, 14].map((i) => `layers.${i}`).concat("classifier");
  }

  override forwardFeatures(x: Value): Value {
    return flatten(this.avgpool.call(this.layers.call(x)));
  }
}

/** torchvision's names. */
export type MNASNetName = `mnasnet${"0_5" | "0_75" | "1_0" | "1_3"}`;

const row =
  (width: number) =>
  ({ numClasses, dropout = 0.2 }: NetworkOptions): MNASNet =>
    new MNASNet({ width, numClasses, dropout });

/** MNASNets, small ones first. */
export const mnasnets: Family<MNASNetName> = {
  mnasnet0_5: row(0.5),
  mnasnet0_75: row(0.75),
  mnasnet1_0: row(1),
  mnasnet1_3: row(1.3),
};

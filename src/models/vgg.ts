// VGG: Simonyan and Zisserman, "Very Deep Convolutional Networks" (2014), as torchvision builds it.
import { flatten, type Value } from "../graph/index.ts";
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  ClassificationNetwork,
  Conv2d,
  Dropout,
  fill,
  kaimingNormalFanOut,
  Linear,
  MaxPool2d,
  type Module,
  normal,
  ReLU,
  Sequential,
} from "../nn/index.ts";
import type { Family, NetworkOptions } from "./family.ts";

/** The numbers that tell one network of the family from another. */
export interface VGGOptions {
  /** Convolutions in each of the five blocks. */
  readonly layers: readonly number[];
  /** Batch norm behind each convolution. */
  readonly batchNorm: boolean;
  readonly numClasses: number;
  /** Before the second and the third fully connected layer. */
  readonly dropout: number;
}

const CHANNELS = [64, 128, 256, 512, 512] as const;
const POOLED = 7;
const HIDDEN = 4096;

const biasInitializer = fill(0);

function convolution(inChannels: number, outChannels: number, batchNorm: boolean): Module[] {
  const initializer = kaimingNormalFanOut;
  return [
    new Conv2d(inChannels, outChannels, 3, { padding: 1, initializer, biasInitializer }),
    ...(batchNorm ? [new BatchNorm2d(outChannels)] : []),
    new ReLU(),
  ];
}

/** Images [N, 3, H, W] -> logits [N, numClasses]. Parameter names, order and initialisation are torchvision's. */
export class VGG extends ClassificationNetwork {
  readonly features: Sequential;
  readonly avgpool: AdaptiveAvgPool2d;
  readonly classifier: Sequential;
  readonly #blockLengths: readonly number[];

  constructor({ layers, batchNorm, numClasses, dropout }: VGGOptions) {
    super();
    let inChannels = 3;
    const blocks = layers.flatMap((count, stage) => {
      const block = Array.from({ length: count }, () => {
        const parts = convolution(inChannels, CHANNELS[stage]!, batchNorm);
        inChannels = CHANNELS[stage]!;
        return parts;
      });
      return [...block.flat(), new MaxPool2d(2)];
    });
    this.#blockLengths = layers.map((count) => count * (batchNorm ? 3 : 2) + 1);
    const linear = { initializer: normal(0.01), biasInitializer };
    this.features = new Sequential(...blocks);
    this.avgpool = new AdaptiveAvgPool2d(POOLED);
    this.classifier = new Sequential(
      new Linear(inChannels * POOLED ** 2, HIDDEN, linear),
      new ReLU(),
      new Dropout(dropout),
      new Linear(HIDDEN, HIDDEN, linear),
      new ReLU(),
      new Dropout(dropout),
      new Linear(HIDDEN, numClasses, linear),
    );
  }

  /** One for each block. */
  override get stages(): readonly string[] {
    let next = 0;
    const begins = this.#blockLengths.map((length) => {
      const begin = next;
      next += length;
      return `features.${begin}`;
    });
    return [...begins, "classifier"];
  }

  override forwardFeatures(x: Value): Value {
    return flatten(this.avgpool.call(this.features.call(x)));
  }
}

/** torchvision's names. */
export type VGGName = `vgg${11 | 13 | 16 | 19}${"" | "_bn"}`;

const row =
  (layers: readonly number[], batchNorm = false) =>
  ({ numClasses, dropout = 0.5 }: NetworkOptions): VGG =>
    new VGG({ layers, batchNorm, numClasses, dropout });

/** VGGs, small ones first, without and with batch norm. */
export const vggs: Family<VGGName> = {
  vgg11: row([1, 1, 2, 2, 2]),
  vgg11_bn: row([1, 1, 2, 2, 2], true),
  vgg13: row([2, 2, 2, 2, 2]),
  vgg13_bn: row([2, 2, 2, 2, 2], true),
  vgg16: row([2, 2, 3, 3, 3]),
  vgg16_bn: row([2, 2, 3, 3, 3], true),
  vgg19: row([2, 2, 4, 4, 4]),
  vgg19_bn: row([2, 2, 4, 4, 4], true),
};

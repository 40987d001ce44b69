// MobileNetV3: Howard et al., "Searching for MobileNetV3" (2019), as torchvision builds it.
import { add, flatten, type Value } from "../graph/index.ts";
import {
  ClassificationNetwork,
  Dropout,
  fill,
  GlobalAvgPool2d,
  Hardsigmoid,
  Hardswish,
  Linear,
  Module,
  normal,
  ReLU,
  Sequential,
} from "../nn/index.ts";
import type { Family, NetworkOptions } from "./family.ts";
import { type Activation, Conv2dNormActivation, makeDivisible, SqueezeExcitation } from "./parts/blocks.ts";

/** One block: kernel, channels inside, channels behind, whether with squeeze-and-excitation, activation, stride. */
type Row = readonly [
  kernelSize: number,
  hidden: number,
  outChannels: number,
  squeezed: boolean,
  activation: Activation,
  stride: number,
];

/** The numbers that tell one network of the family from another. */
export interface MobileNetV3Options {
  readonly blocks: readonly Row[];
  /** Width of the classifier's hidden layer. */
  readonly lastChannels: number;
  readonly numClasses: number;
  /** Before the last layer. */
  readonly dropout: number;
}

const NORM = { epsilon: 0.001, momentum: 0.01 };
const STEM_CHANNELS = 16;

class InvertedResidual extends Module {
  readonly block: Sequential;
  readonly #residual: boolean;

  constructor(inChannels: number, [kernelSize, hidden, outChannels, squeezed, activation, stride]: Row) {
    super();
    const options = { norm: NORM, activation };
    this.#residual = stride === 1 && inChannels === outChannels;
    this.block = new Sequential(
      ...(hidden === inChannels
        ? []
        : [new Conv2dNormActivation(inChannels, hidden, { kernelSize: 1, ...options })]),
      new Conv2dNormActivation(hidden, hidden, { kernelSize, stride, groups: hidden, ...options }),
      ...(squeezed ? [squeezeExcitation(hidden)] : []),
      new Conv2dNormActivation(hidden, outChannels, { kernelSize: 1, norm: NORM, activation: null }),
    );
  }

  override forward(x: Value): Value {
    const y = this.block.call(x);
    return this.#residual ? add(y, x) : y;
  }
}

function squeezeExcitation(channels: number): SqueezeExcitation {
  return new SqueezeExcitation(channels, makeDivisible(Math.floor(channels / 4)), {
    scaleActivation: Hardsigmoid,
    biasInitializer: fill(0),
  });
}

/** Images [N, 3, H, W] -> logits [N, numClasses]. Parameter names, order and initialisation are torchvision's. */
export class MobileNetV3 extends ClassificationNetwork {
  readonly features: Sequential;
  readonly avgpool: GlobalAvgPool2d = new GlobalAvgPool2d();
  readonly classifier: Sequential;
  readonly #blocks: readonly Row[];

  constructor({ blocks, lastChannels, numClasses, dropout }: MobileNetV3Options) {
    super();
    this.#blocks = blocks;
    const options = { norm: NORM, activation: Hardswish };
    const inChannels = [STEM_CHANNELS, ...blocks.map(([, , outChannels]) => outChannels)];
    const last = inChannels.at(-1)!;
    const linear = { initializer: normal(0.01), biasInitializer: fill(0) };
    this.features = new Sequential(
      new Conv2dNormActivation(3, STEM_CHANNELS, { stride: 2, ...options }),
      ...blocks.map((row, i) => new InvertedResidual(inChannels[i]!, row)),
      new Conv2dNormActivation(last, 6 * last, { kernelSize: 1, ...options }),
    );
    this.classifier = new Sequential(
      new Linear(6 * last, lastChannels, linear),
      new Hardswish(),
      new Dropout(dropout),
      new Linear(lastChannels, numClasses, linear),
    );
  }

  /** One where the size halves, and the last convolution. */
  override get stages(): readonly string[] {
    const halving = this.#blocks.flatMap(([, , , , , stride], i) => (stride === 2 ? [i + 1] : []));
    return [0, ...halving, this.#blocks.length + 1].map((i) => `features.${i}`).concat("classifier");
  }

  override forwardFeatures(x: Value): Value {
    return flatten(this.avgpool.call(this.features.call(x)));
  }
}

const SMALL: readonly Row[] = [
  [3, 16, 16, true, ReLU, 2],
  [3, 72, 24, false, ReLU, 2],
  [3, 88, 24, false, ReLU, 1],
  [5, 96, 40, true, Hardswish, 2],
  [5, 240, 40, true, Hardswish, 1],
  [5, 240, 40, true, Hardswish, 1],
  [5, 120, 48, true, Hardswish, 1],
  [5, 144, 48, true, Hardswish, 1],
  [5, 288, 96, true, Hardswish, 2],
  [5, 576, 96, true, Hardswish, 1],
  [5, 576, 96, true, Hardswish, 1],
];

const LARGE: readonly Row[] = [
  [3, 16, 16, false, ReLU, 1],
  [3, 64, 24, false, ReLU, 2],
  [3, 72, 24, false, ReLU, 1],
  [5, 72, 40, true, ReLU, 2],
  [5, 120, 40, true, ReLU, 1],
  [5, 120, 40, true, ReLU, 1],
  [3, 240, 80, false, Hardswish, 2],
  [3, 200, 80, false, Hardswish, 1],
  [3, 184, 80, false, Hardswish, 1],
  [3, 184, 80, false, Hardswish, 1],
  [3, 480, 112, true, Hardswish, 1],
  [3, 672, 112, true, Hardswish, 1],
  [5, 672, 160, true, Hardswish, 2],
  [5, 960, 160, true, Hardswish, 1],
  [5, 960, 160, true, Hardswish, 1],
];

/** torchvision's names. */
export type MobileNetV3Name = "mobilenet_v3_small" | "mobilenet_v3_large";

const row =
  (blocks: readonly Row[], lastChannels: number) =>
  ({ numClasses, dropout = 0.2 }: NetworkOptions): MobileNetV3 =>
    new MobileNetV3({ blocks, lastChannels, numClasses, dropout });

/** The two sizes. */
export const mobilenetV3s: Family<MobileNetV3Name> = {
  mobilenet_v3_small: row(SMALL, 1024),
  mobilenet_v3_large: row(LARGE, 1280),
};

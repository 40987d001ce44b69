// GoogLeNet: Szegedy et al., "Going Deeper with Convolutions" (2015), with batch norm, as torchvision builds it.
import { flatten, relu, type Value } from "../graph/index.ts";
import {
  AdaptiveAvgPool2d,
  ClassificationNetwork,
  currentTrace,
  Dropout,
  GlobalAvgPool2d,
  Linear,
  MaxPool2d,
  Module,
  Sequential,
  truncatedNormal,
} from "../nn/index.ts";
import type { Family } from "./family.ts";
import { BasicConv2d, Branches } from "./parts/inception-blocks.ts";

/** The numbers that can be chosen. */
export interface GoogLeNetOptions {
  readonly numClasses: number;
  /** Before the last layer. */
  readonly dropout: number;
  /** Before the last layer of the classifiers in the middle. */
  readonly auxiliaryDropout: number;
}

const initializer = truncatedNormal(0.01);

function convolution(inChannels: number, outChannels: number, kernel: number, stride = 1): BasicConv2d {
  return new BasicConv2d(inChannels, outChannels, kernel, { stride, padding: (kernel - 1) / 2, initializer });
}

/**
 * 1x1; two times 1x1 to `reduced` and 3x3; pooling and 1x1, side by side. The third branch has 3x3 where the paper has
 * 5x5, as torchvision's weights do.
 */
function inception(
  inChannels: number,
  first: number,
  [reduced2, second]: readonly [number, number],
  [reduced3, third]: readonly [number, number],
  fourth: number,
): Branches {
  const reducing = (reduced: number, channels: number): Sequential =>
    new Sequential(convolution(inChannels, reduced, 1), convolution(reduced, channels, 3));
  const pooling = new MaxPool2d(3, { stride: 1, padding: 1 });
  return new Branches(
    [{ branch1: convolution(inChannels, first, 1) }],
    [{ branch2: reducing(reduced2, second) }],
    [{ branch3: reducing(reduced3, third) }],
    [{ branch4: new Sequential(pooling, convolution(inChannels, fourth, 1)) }],
  );
}

/** A classifier in the middle of the network, whose loss reaches the layers before it on a shorter way. */
class InceptionAux extends Module {
  readonly pool: AdaptiveAvgPool2d;
  readonly conv: BasicConv2d;
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly dropout: Dropout;

  constructor(channels: number, numClasses: number, dropout: number) {
    super();
    this.pool = new AdaptiveAvgPool2d(4);
    this.conv = convolution(channels, 128, 1);
    this.fc1 = new Linear(128 * 4 * 4, 1024, { initializer });
    this.fc2 = new Linear(1024, numClasses, { initializer });
    this.dropout = new Dropout(dropout);
  }

  override forward(x: Value): Value {
    const y = relu(this.fc1.call(flatten(this.conv.call(this.pool.call(x)))));
    return this.fc2.call(this.dropout.call(y));
  }
}

/** How many times the loss of an auxiliary classifier counts, as in the paper. */
const AUXILIARY_WEIGHT = 0.3;

/** Images [N, 3, H, W] -> logits [N, numClasses]. Parameter names, order and initialisation are torchvision's. */
export class GoogLeNet extends ClassificationNetwork {
  readonly #lower: Sequential;
  readonly #middle: Sequential;
  readonly #upper: Sequential;
  readonly aux1: InceptionAux;
  readonly aux2: InceptionAux;
  readonly dropout: Dropout;
  readonly fc: Linear;

  constructor({ numClasses, dropout, auxiliaryDropout }: GoogLeNetOptions) {
    super();
    this.#lower = new Sequential({
      conv1: convolution(3, 64, 7, 2),
      maxpool1: new MaxPool2d(3, { stride: 2, ceilMode: true }),
      conv2: convolution(64, 64, 1),
      conv3: convolution(64, 192, 3),
      maxpool2: new MaxPool2d(3, { stride: 2, ceilMode: true }),
      inception3a: inception(192, 64, [96, 128], [16, 32], 32),
      inception3b: inception(256, 128, [128, 192], [32, 96], 64),
      maxpool3: new MaxPool2d(3, { stride: 2, ceilMode: true }),
      inception4a: inception(480, 192, [96, 208], [16, 48], 64),
    });
    this.#middle = new Sequential({
      inception4b: inception(512, 160, [112, 224], [24, 64], 64),
      inception4c: inception(512, 128, [128, 256], [24, 64], 64),
      inception4d: inception(512, 112, [144, 288], [32, 64], 64),
    });
    this.#upper = new Sequential({
      inception4e: inception(528, 256, [160, 320], [32, 128], 128),
      maxpool4: new MaxPool2d(2, { stride: 2, ceilMode: true }),
      inception5a: inception(832, 256, [160, 320], [32, 128], 128),
      inception5b: inception(832, 384, [192, 384], [48, 128], 128),
      avgpool: new GlobalAvgPool2d(),
    });
    this.aux1 = new InceptionAux(512, numClasses, auxiliaryDropout);
    this.aux2 = new InceptionAux(528, numClasses, auxiliaryDropout);
    this.dropout = new Dropout(dropout);
    this.fc = new Linear(1024, numClasses, { initializer });
  }

  override *children(): Generator<[string, Module]> {
    for (const part of [this.#lower, this.#middle, this.#upper]) yield* part.children();
    yield* super.children();
  }

  override get classifier(): Linear {
    return this.fc;
  }

  override get auxiliary(): readonly Module[] {
    return [this.aux1, this.aux2];
  }

  override get stages(): readonly string[] {
    return ["conv1", "conv2", "inception3a", "inception4a", "inception5a", "fc"];
  }

  override forwardFeatures(x: Value): Value {
    const trace = currentTrace();
    const lower = this.#lower.call(x);
    const middle = this.#middle.call(lower);
    if (trace.training) {
      trace.addAuxiliary(this.aux1.call(lower), AUXILIARY_WEIGHT);
      trace.addAuxiliary(this.aux2.call(middle), AUXILIARY_WEIGHT);
    }
    return this.dropout.call(flatten(this.#upper.call(middle)));
  }
}

/** torchvision's name. */
export type GoogLeNetName = "googlenet";

/** The one size. */
export const googlenets: Family<GoogLeNetName> = {
  googlenet: ({ numClasses, dropout }) =>
    new GoogLeNet({ numClasses, dropout: dropout ?? 0.2, auxiliaryDropout: dropout ?? 0.7 }),
};

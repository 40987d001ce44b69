// Inception v3: Szegedy et al., "Rethinking the Inception Architecture" (2016), as torchvision builds it.
import { flatten, sizeOfAxis, type Value } from "../graph/index.ts";
import {
  AvgPool2d,
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
import type { BasicConv2d } from "./parts/inception-blocks.ts";
import {
  inceptionA,
  inceptionB,
  inceptionC,
  inceptionD,
  inceptionE,
  initializer,
  narrow,
  same,
} from "./parts/inception-modules.ts";

/** The numbers that can be chosen. */
export interface Inception3Options {
  readonly numClasses: number;
  /** Before the last layer. */
  readonly dropout: number;
}

/** A classifier in the middle of the network, whose loss reaches the layers before it on a shorter way. */
class InceptionAux extends Module {
  readonly pool: AvgPool2d;
  readonly conv0: BasicConv2d;
  readonly conv1: BasicConv2d;
  readonly avgpool: GlobalAvgPool2d;
  readonly fc: Linear;

  constructor(channels: number, numClasses: number) {
    super();
    this.pool = new AvgPool2d(5, { stride: 3 });
    this.conv0 = same(channels, 128, 1);
    this.conv1 = narrow(128, 768, 5);
    this.avgpool = new GlobalAvgPool2d();
    this.fc = new Linear(768, numClasses, { initializer: truncatedNormal(0.001) });
  }

  override forward(x: Value): Value {
    const y = this.conv1.call(this.conv0.call(this.pool.call(x)));
    return this.fc.call(flatten(this.avgpool.call(y)));
  }
}

/** How many times the loss of the auxiliary classifier counts. */
const AUXILIARY_WEIGHT = 0.4;

/** The least size of maps that the auxiliary classifier can take, which pictures of 299 pixels have. */
const AUXILIARY_SIZE = 17;

/** Images [N, 3, H, W] -> logits [N, numClasses]. Parameter names, order and initialisation are torchvision's. */
export class Inception3 extends ClassificationNetwork {
  readonly #lower: Sequential;
  readonly #upper: Sequential;
  readonly #auxLogits: InceptionAux;
  readonly dropout: Dropout;
  readonly fc: Linear;

  constructor({ numClasses, dropout }: Inception3Options) {
    super();
    this.#lower = new Sequential({
      Conv2d_1a_3x3: narrow(3, 32, 3, 2),
      Conv2d_2a_3x3: narrow(32, 32, 3),
      Conv2d_2b_3x3: same(32, 64, 3),
      maxpool1: new MaxPool2d(3, { stride: 2 }),
      Conv2d_3b_1x1: same(64, 80, 1),
      Conv2d_4a_3x3: narrow(80, 192, 3),
      maxpool2: new MaxPool2d(3, { stride: 2 }),
      Mixed_5b: inceptionA(192, 32),
      Mixed_5c: inceptionA(256, 64),
      Mixed_5d: inceptionA(288, 64),
      Mixed_6a: inceptionB(288),
      Mixed_6b: inceptionC(768, 128),
      Mixed_6c: inceptionC(768, 160),
      Mixed_6d: inceptionC(768, 160),
      Mixed_6e: inceptionC(768, 192),
    });
    this.#auxLogits = new InceptionAux(768, numClasses);
    this.#upper = new Sequential({
      Mixed_7a: inceptionD(768),
      Mixed_7b: inceptionE(1280),
      Mixed_7c: inceptionE(2048),
      avgpool: new GlobalAvgPool2d(),
    });
    this.dropout = new Dropout(dropout);
    this.fc = new Linear(2048, numClasses, { initializer });
  }

  override *children(): Generator<[string, Module]> {
    yield* this.#lower.children();
    yield ["AuxLogits", this.#auxLogits];
    yield* this.#upper.children();
    yield* super.children();
  }

  override get classifier(): Linear {
    return this.fc;
  }

  override get auxiliary(): readonly Module[] {
    return [this.#auxLogits];
  }

  override get stages(): readonly string[] {
    return ["Conv2d_1a_3x3", "Conv2d_3b_1x1", "Mixed_5b", "Mixed_6a", "Mixed_7a", "fc"];
  }

  override forwardFeatures(x: Value): Value {
    const trace = currentTrace();
    const lower = this.#lower.call(x);
    const fits = Math.min(sizeOfAxis(lower, 2), sizeOfAxis(lower, 3)) >= AUXILIARY_SIZE;
    if (trace.training && fits) trace.addAuxiliary(this.#auxLogits.call(lower), AUXILIARY_WEIGHT);
    return flatten(this.dropout.call(this.#upper.call(lower)));
  }
}

/** torchvision's name. */
export type Inception3Name = "inception_v3";

/** The one size. */
export const inception3s: Family<Inception3Name> = {
  inception_v3: ({ numClasses, dropout = 0.5 }) => new Inception3({ numClasses, dropout }),
};

// SqueezeNet: Iandola et al., "AlexNet-level accuracy with 50x fewer parameters" (2016), as torchvision builds it.
import { concat, relu, type Value } from "../graph/index.ts";
import {
  AdaptiveAvgPool2d,
  ClassificationNetwork,
  Conv2d,
  Dropout,
  Flatten,
  fill,
  kaimingUniformFanIn,
  MaxPool2d,
  Module,
  normal,
  ReLU,
  Sequential,
} from "../nn/index.ts";
import type { Family, NetworkOptions } from "./family.ts";

/** A part of the features: channels of a fire's squeeze (each of its two expansions has four times as many), or pooling. */
type Part = number | "pool";

/** The numbers that tell one network of the family from another. */
export interface SqueezeNetOptions {
  readonly stemChannels: number;
  /** Of the first convolution. */
  readonly kernelSize: number;
  readonly parts: readonly Part[];
  readonly numClasses: number;
  /** Before the last convolution. */
  readonly dropout: number;
}

const initializer = kaimingUniformFanIn;
const biasInitializer = fill(0);

/** 1x1 to few channels, then 1x1 and 3x3 side by side to many. */
class Fire extends Module {
  readonly squeeze: Conv2d;
  readonly expand1x1: Conv2d;
  readonly expand3x3: Conv2d;

  constructor(inChannels: number, squeezed: number) {
    super();
    const options = { initializer, biasInitializer };
    const expanded = 4 * squeezed;
    this.squeeze = new Conv2d(inChannels, squeezed, 1, options);
    this.expand1x1 = new Conv2d(squeezed, expanded, 1, options);
    this.expand3x3 = new Conv2d(squeezed, expanded, 3, { padding: 1, ...options });
  }

  override forward(x: Value): Value {
    const y = relu(this.squeeze.call(x));
    return concat([relu(this.expand1x1.call(y)), relu(this.expand3x3.call(y))], 1);
  }
}

/** Images [N, 3, H, W] -> logits [N, numClasses]. Parameter names, order and initialisation are torchvision's. */
export class SqueezeNet extends ClassificationNetwork {
  readonly features: Sequential;
  readonly classifier: Sequential;

  constructor({ stemChannels, kernelSize, parts, numClasses, dropout }: SqueezeNetOptions) {
    super();
    let channels = stemChannels;
    const layers = parts.map((part) => {
      if (part === "pool") return new MaxPool2d(3, { stride: 2, ceilMode: true });
      const fire = new Fire(channels, part);
      channels = 8 * part;
      return fire;
    });
    this.features = new Sequential(
      new Conv2d(3, stemChannels, kernelSize, { stride: 2, initializer, biasInitializer }),
      new ReLU(),
      ...layers,
    );
    this.classifier = new Sequential(
      new Dropout(dropout),
      new Conv2d(channels, numClasses, 1, { initializer: normal(0.01), biasInitializer }),
      new ReLU(),
      new AdaptiveAvgPool2d(1),
      new Flatten(),
    );
  }

  override forwardFeatures(x: Value): Value {
    return this.features.call(x);
  }
}

/** torchvision's names. */
export type SqueezeNetName = "squeezenet1_0" | "squeezenet1_1";

const row =
  (architecture: Pick<SqueezeNetOptions, "stemChannels" | "kernelSize" | "parts">) =>
  ({ numClasses, dropout = 0.5 }: NetworkOptions): SqueezeNet =>
    new SqueezeNet({ ...architecture, numClasses, dropout });

/** SqueezeNets; 1.1 takes 2.4 times fewer operations. */
export const squeezenets: Family<SqueezeNetName> = {
  squeezenet1_0: row({
    stemChannels: 96,
    kernelSize: 7,
    parts: ["pool", 16, 16, 32, "pool", 32, 48, 48, 64, "pool", 64],
  }),
  squeezenet1_1: row({
    stemChannels: 64,
    kernelSize: 3,
    parts: ["pool", 16, 16, "pool", 32, 32, "pool", 48, 48, 64, 64],
  }),
};

// AlexNet: Krizhevsky, "One weird trick for parallelizing convolutional neural networks" (2014), as torchvision builds it.
import { flatten, type Value } from "../graph/index.ts";
import {
  AdaptiveAvgPool2d,
  ClassificationNetwork,
  Conv2d,
  Dropout,
  Linear,
  MaxPool2d,
  ReLU,
  Sequential,
} from "../nn/index.ts";
import type { Family } from "./family.ts";

/** The numbers that can be chosen. */
export interface AlexNetOptions {
  readonly numClasses: number;
  /** Before the first and the second fully connected layer. */
  readonly dropout: number;
}

/** Images [N, 3, H, W] -> logits [N, numClasses]. Parameter names, order and initialisation are torchvision's. */
export class AlexNet extends ClassificationNetwork {
  readonly features: Sequential;
  readonly avgpool: AdaptiveAvgPool2d;
  readonly classifier: Sequential;

  constructor({ numClasses, dropout }: AlexNetOptions) {
    super();
    this.features = new Sequential(
      new Conv2d(3, 64, 11, { stride: 4, padding: 2 }),
      new ReLU(),
      new MaxPool2d(3, { stride: 2 }),
      new Conv2d(64, 192, 5, { padding: 2 }),
      new ReLU(),
      new MaxPool2d(3, { stride: 2 }),
      new Conv2d(192, 384, 3, { padding: 1 }),
      new ReLU(),
      new Conv2d(384, 256, 3, { padding: 1 }),
      new ReLU(),
      new Conv2d(256, 256, 3, { padding: 1 }),
      new ReLU(),
      new MaxPool2d(3, { stride: 2 }),
    );
    this.avgpool = new AdaptiveAvgPool2d(6);
    this.classifier = new Sequential(
      new Dropout(dropout),
      new Linear(256 * 6 * 6, 4096),
      new ReLU(),
      new Dropout(dropout),
      new Linear(4096, 4096),
      new ReLU(),
      new Linear(4096, numClasses),
    );
  }

  override forwardFeatures(x: Value): Value {
    return flatten(this.avgpool.call(this.features.call(x)));
  }
}

/** torchvision's name. */
export type AlexNetName = "alexnet";

/** The one size. */
export const alexnets: Family<AlexNetName> = {
  alexnet: ({ numClasses, dropout = 0.5 }) => new AlexNet({ numClasses, dropout }),
};

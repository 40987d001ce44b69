// DenseNet: Huang et al., "Densely Connected Convolutional Networks" (2017), as torchvision builds it.
import { concat, flatten, relu, type Value } from "../graph/index.ts";
import {
  AvgPool2d,
  BatchNorm2d,
  ClassificationNetwork,
  Conv2d,
  Dropout,
  fill,
  GlobalAvgPool2d,
  kaimingNormalFanIn as initializer,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
} from "../nn/index.ts";
import type { Family, NetworkOptions } from "./family.ts";

/** The numbers that tell one network of the family from another. */
export interface DenseNetOptions {
  /** Channels that each layer adds. */
  readonly growth: number;
  /** Layers of each of the four blocks. */
  readonly layers: readonly number[];
  readonly stemChannels: number;
  readonly numClasses: number;
  /** Behind each layer. */
  readonly dropout: number;
}

/** Channels between the two convolutions of a layer, per channel that it adds. */
const BOTTLENECK = 4;

/** [N, C, H, W] -> [N, C + growth, H, W]: its input, and what it makes of it. */
class DenseLayer extends Module {
  readonly norm1: BatchNorm2d;
  readonly conv1: Conv2d;
  readonly norm2: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly dropout: Dropout;

  constructor(channels: number, growth: number, dropout: number) {
    super();
    const hidden = BOTTLENECK * growth;
    this.norm1 = new BatchNorm2d(channels);
    this.conv1 = new Conv2d(channels, hidden, 1, { bias: false, initializer });
    this.norm2 = new BatchNorm2d(hidden);
    this.conv2 = new Conv2d(hidden, growth, 3, { padding: 1, bias: false, initializer });
    this.dropout = new Dropout(dropout);
  }

  override forward(x: Value): Value {
    let y = this.conv1.call(relu(this.norm1.call(x)));
    y = this.conv2.call(relu(this.norm2.call(y)));
    return concat([x, this.dropout.call(y)], 1);
  }
}

function denseBlock(count: number, channels: number, growth: number, dropout: number): Sequential {
  const layers = Array.from({ length: count }, (_, i): [string, Module] => [
    `denselayer${i + 1}`,
    new DenseLayer(channels + i * growth, growth, dropout),
  ]);
  return new Sequential(Object.fromEntries(layers));
}

/** Half the channels and half the size. */
function transition(channels: number): Sequential {
  return new Sequential({
    norm: new BatchNorm2d(channels),
    relu: new ReLU(),
    conv: new Conv2d(channels, channels / 2, 1, { bias: false, initializer }),
    pool: new AvgPool2d(2),
  });
}

/** Images [N, 3, H, W] -> logits [N, numClasses]. Parameter names, order and initialisation are torchvision's. */
export class DenseNet extends ClassificationNetwork {
  readonly features: Sequential;
  readonly avgpool: GlobalAvgPool2d;
  readonly classifier: Linear;

  constructor({ growth, layers, stemChannels, numClasses, dropout }: DenseNetOptions) {
    super();
    let channels = stemChannels;
    const stages = layers.flatMap((count, i): [string, Module][] => {
      const block = denseBlock(count, channels, growth, dropout);
      channels += count * growth;
      if (i === layers.length - 1) return [[`denseblock${i + 1}`, block]];
      const narrowing = transition(channels);
      channels /= 2;
      return [
        [`denseblock${i + 1}`, block],
        [`transition${i + 1}`, narrowing],
      ];
    });
    this.features = new Sequential({
      conv0: new Conv2d(3, stemChannels, 7, { stride: 2, padding: 3, bias: false, initializer }),
      norm0: new BatchNorm2d(stemChannels),
      relu0: new ReLU(),
      pool0: new MaxPool2d(3, { stride: 2, padding: 1 }),
      ...Object.fromEntries(stages),
      norm5: new BatchNorm2d(channels),
    });
    this.avgpool = new GlobalAvgPool2d();
    this.classifier = new Linear(channels, numClasses, { biasInitializer: fill(0) });
  }

  override get stages(): readonly string[] {
    return ["features.conv0", ...[1, 2, 3, 4].map((i) => `features.denseblock${i}`), "classifier"];
  }

  override forwardFeatures(x: Value): Value {
    return flatten(this.avgpool.call(relu(this.features.call(x))));
  }
}

/** torchvision's names. */
export type DenseNetName = "densenet121" | "densenet161" | "densenet169" | "densenet201";

const row =
  (growth: number, layers: readonly number[], stemChannels: number) =>
  ({ numClasses, dropout = 0 }: NetworkOptions): DenseNet =>
    new DenseNet({ growth, layers, stemChannels, numClasses, dropout });

/** DenseNets, small ones first. */
export const densenets: Family<DenseNetName> = {
  densenet121: row(32, [6, 12, 24, 16], 64),
  densenet169: row(32, [6, 12, 32, 32], 64),
  densenet201: row(32, [6, 12, 48, 32], 64),
  densenet161: row(48, [6, 12, 36, 24], 96),
};

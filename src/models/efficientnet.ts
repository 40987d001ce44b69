// EfficientNet: Tan and Le, "Rethinking Model Scaling" (2019) and "EfficientNetV2" (2021), as torchvision builds them.
import { flatten, type Value } from "../graph/index.ts";
import {
  type BatchNorm2dOptions,
  ClassificationNetwork,
  Dropout,
  fill,
  GlobalAvgPool2d,
  Linear,
  Sequential,
  SiLU,
  uniform,
} from "../nn/index.ts";
import type { Family, NetworkOptions } from "./family.ts";
import { Conv2dNormActivation, makeDivisible } from "./parts/blocks.ts";
import { MBConv, type MBConvOptions } from "./parts/mb-conv.ts";

/** A stage of equal blocks; the first has the stride. */
interface Stage extends Pick<MBConvOptions, "fused" | "expansion" | "kernelSize" | "stride" | "channels"> {
  readonly layers: number;
}

/** The numbers that tell one network of the family from another. */
export interface EfficientNetOptions {
  readonly stemChannels: number;
  readonly layout: readonly Stage[];
  /** Default: four times those of the last stage. */
  readonly lastChannels?: number;
  readonly norm?: BatchNorm2dOptions;
  readonly numClasses: number;
  /** Before the last layer. */
  readonly dropout: number;
  /** Block i of n, from 0, does nothing for i / n of this share of samples. */
  readonly stochasticDepth: number;
}

type Architecture = Pick<EfficientNetOptions, "stemChannels" | "layout" | "lastChannels" | "norm">;

/** Images [N, 3, H, W] -> logits [N, numClasses]. Parameter names, order and initialisation are torchvision's. */
export class EfficientNet extends ClassificationNetwork {
  readonly features: Sequential;
  readonly avgpool: GlobalAvgPool2d = new GlobalAvgPool2d();
  readonly classifier: Sequential;

  constructor({ stemChannels, layout, norm, numClasses, ...options }: EfficientNetOptions) {
    super();
    const total = layout.reduce((sum, { layers }) => sum + layers, 0);
    let [inChannels, blocks] = [stemChannels, 0];
    const stages = layout.map(({ layers, stride, ...shape }) => {
      const stage = Array.from({ length: layers }, (_, i) => {
        const stochasticDepth = (options.stochasticDepth * blocks++) / total;
        const own = { inChannels, stride: i === 0 ? stride : 1, norm, stochasticDepth };
        inChannels = shape.channels;
        return new MBConv({ ...shape, ...own });
      });
      return new Sequential(...stage);
    });
    const { lastChannels = 4 * inChannels } = options;
    this.features = new Sequential(
      new Conv2dNormActivation(3, stemChannels, { stride: 2, norm, activation: SiLU }),
      ...stages,
      new Conv2dNormActivation(inChannels, lastChannels, { kernelSize: 1, norm, activation: SiLU }),
    );
    this.classifier = new Sequential(
      new Dropout(options.dropout),
      new Linear(lastChannels, numClasses, {
        initializer: uniform(1 / Math.sqrt(numClasses)),
        biasInitializer: fill(0),
      }),
    );
  }

  override forwardFeatures(x: Value): Value {
    return flatten(this.avgpool.call(this.features.call(x)));
  }
}

/** Stages of B0: expansion, kernel, stride, channels, layers. */
const B0 = [
  [1, 3, 1, 16, 1],
  [6, 3, 2, 24, 2],
  [6, 5, 2, 40, 2],
  [6, 3, 2, 80, 3],
  [6, 5, 1, 112, 3],
  [6, 5, 2, 192, 4],
  [6, 3, 1, 320, 1],
] as const;

/** B0 with its channels times `width` and its layers times `depth`. */
function scaled(width: number, depth: number, norm: BatchNorm2dOptions = {}): Architecture {
  const layout = B0.map(([expansion, kernelSize, stride, channels, layers]) => ({
    fused: false,
    expansion,
    kernelSize,
    stride,
    channels: makeDivisible(channels * width),
    layers: Math.ceil(layers * depth),
  }));
  return { stemChannels: makeDivisible(32 * width), layout, norm };
}

/** A V2 by the channels and layers of its stages, the first three of which are fused. */
function v2(channels: readonly number[], layers: readonly number[]): Architecture {
  const expansions = [1, 4, 4, 4, 6, 6, 6];
  const strides = [1, 2, 2, 2, 1, 2, 1];
  const layout = channels.map((count, i) => ({
    fused: i < 3,
    expansion: expansions[i]!,
    kernelSize: 3,
    stride: strides[i]!,
    channels: count,
    layers: layers[i]!,
  }));
  return { stemChannels: channels[0]!, layout, lastChannels: 1280, norm: { epsilon: 1e-3 } };
}

/** torchvision's names. */
export type EfficientNetName =
  | `efficientnet_b${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`
  | `efficientnet_v2_${"s" | "m" | "l"}`;

const row =
  (architecture: Architecture, published: number) =>
  ({ numClasses, dropout = published, stochasticDepth = 0.2 }: NetworkOptions): EfficientNet =>
    new EfficientNet({ ...architecture, numClasses, dropout, stochasticDepth });

const NORM = { epsilon: 1e-3, momentum: 0.01 };

/** EfficientNets, small ones first within a version. */
export const efficientnets: Family<EfficientNetName> = {
  efficientnet_b0: row(scaled(1, 1), 0.2),
  efficientnet_b1: row(scaled(1, 1.1), 0.2),
  efficientnet_b2: row(scaled(1.1, 1.2), 0.3),
  efficientnet_b3: row(scaled(1.2, 1.4), 0.3),
  efficientnet_b4: row(scaled(1.4, 1.8), 0.4),
  efficientnet_b5: row(scaled(1.6, 2.2, NORM), 0.4),
  efficientnet_b6: row(scaled(1.8, 2.6, NORM), 0.5),
  efficientnet_b7: row(scaled(2, 3.1, NORM), 0.5),
  efficientnet_v2_s: row(v2([24, 48, 64, 128, 160, 256], [2, 4, 4, 6, 9, 15]), 0.2),
  efficientnet_v2_m: row(v2([24, 48, 80, 160, 176, 304, 512], [3, 5, 5, 7, 14, 18, 5]), 0.3),
  efficientnet_v2_l: row(v2([32, 64, 96, 192, 224, 384, 640], [4, 7, 7, 10, 19, 25, 7]), 0.4),
};

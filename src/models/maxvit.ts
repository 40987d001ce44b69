// MaxViT: Tu et al., "MaxViT: Multi-Axis Vision Transformer" (2022), as torchvision builds it.
import { add, type Value } from "../graph/index.ts";
import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  BatchNorm2d,
  ClassificationNetwork,
  Conv2d,
  Flatten,
  fill,
  GELU,
  LayerNorm,
  Module,
  normal,
  Sequential,
  SiLU,
  StochasticDepth,
  Tanh,
} from "../nn/index.ts";
import type { Family, NetworkOptions } from "./family.ts";
import { Conv2dNormActivation, SqueezeExcitation } from "./parts/blocks.ts";
import { depthProbability } from "./parts/depth-probability.ts";
import { linear, PartitionAttention } from "./parts/partition-attention.ts";

/** The numbers that tell one MaxViT from another. */
export interface MaxVitOptions {
  readonly stemChannels: number;
  /** Channels of each stage. */
  readonly channels: readonly number[];
  /** Layers of each stage. */
  readonly layers: readonly number[];
  /** Channels of each head of attention. */
  readonly headChannels: number;
  /** Height and width of windows and grids, in places of the map. */
  readonly window: number;
  readonly numClasses: number;
  /** Share of what is left out behind attention and fully connected layers. */
  readonly dropout: number;
  /** Share of samples for which the last layer's branches do nothing; those before less, the first none. */
  readonly stochasticDepth: number;
}

/** The averages follow the last batch almost at once; torchvision's value. */
const NORM = { epsilon: 1e-3, momentum: 0.99 };

const convolution = { initializer: normal(0.02), biasInitializer: fill(0) };
const convNormGelu = { ...convolution, norm: NORM, activation: GELU };

/** What the layers of a stage have in common. */
interface LayerShape {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: number;
  readonly stochasticDepth: number;
}

/** Widened to four times the channels, 3x3 on each by itself, squeezed, narrowed; norm before, not behind. */
class MBConv extends Module {
  readonly proj: Sequential | undefined;
  readonly stochastic_depth: StochasticDepth;
  readonly layers: Sequential;

  constructor({ inChannels, outChannels, stride, stochasticDepth }: LayerShape) {
    super();
    const [wide, squeezed] = [4 * outChannels, Math.floor(outChannels / 4)];
    const matching = new Conv2d(inChannels, outChannels, 1, convolution);
    if (stride === 2) this.proj = new Sequential(new AvgPool2d(3, { stride, padding: 1 }), matching);
    else if (inChannels !== outChannels) this.proj = new Sequential(matching);
    this.stochastic_depth = new StochasticDepth(stochasticDepth);
    this.layers = new Sequential({
      pre_norm: new BatchNorm2d(inChannels, NORM),
      conv_a: new Conv2dNormActivation(inChannels, wide, { ...convNormGelu, kernelSize: 1 }),
      conv_b: new Conv2dNormActivation(wide, wide, { ...convNormGelu, stride, groups: wide }),
      squeeze_excitation: new SqueezeExcitation(wide, squeezed, { ...convolution, activation: SiLU }),
      conv_c: new Conv2d(wide, outChannels, 1, convolution),
    });
  }

  override forward(x: Value): Value {
    return add(this.proj?.call(x) ?? x, this.stochastic_depth.call(this.layers.call(x)));
  }
}

/** A stage: its first layer halves height and width. */
class Stage extends Module {
  readonly layers: readonly Layer[];

  constructor(layers: readonly Layer[]) {
    super();
    this.layers = layers;
  }

  override forward(x: Value): Value {
    return this.layers.reduce((y, layer) => layer.call(y), x);
  }
}

class Layer extends Module {
  readonly layers: Sequential;

  constructor(shape: LayerShape, options: MaxVitOptions) {
    super();
    const { outChannels: channels, stochasticDepth } = shape;
    const { headChannels, window, dropout } = options;
    const attention = { channels, headChannels, window, dropout, stochasticDepth };
    this.layers = new Sequential({
      MBconv: new MBConv(shape),
      window_attention: new PartitionAttention({ ...attention, kind: "window" }),
      grid_attention: new PartitionAttention({ ...attention, kind: "grid" }),
    });
  }

  override forward(x: Value): Value {
    return this.layers.call(x);
  }
}

/** Images [N, 3, H, W] -> logits [N, numClasses]. Parameter names, order and initialisation are torchvision's. */
export class MaxVit extends ClassificationNetwork {
  readonly stem: Sequential;
  readonly blocks: readonly Stage[];
  readonly classifier: Sequential;

  constructor(options: MaxVitOptions) {
    super();
    const { stemChannels, channels, layers, numClasses } = options;
    const probability = depthProbability(options.stochasticDepth, layers);
    this.stem = new Sequential(
      new Conv2dNormActivation(3, stemChannels, { ...convNormGelu, stride: 2 }),
      new Sequential(new Conv2d(stemChannels, stemChannels, 3, { ...convolution, padding: 1 })),
    );
    this.blocks = channels.map((outChannels, stage) => {
      const before = stage === 0 ? stemChannels : channels[stage - 1]!;
      const shape = (i: number): LayerShape => ({
        inChannels: i === 0 ? before : outChannels,
        outChannels,
        stride: i === 0 ? 2 : 1,
        stochasticDepth: probability(stage, i),
      });
      return new Stage(Array.from({ length: layers[stage]! }, (_, i) => new Layer(shape(i), options)));
    });
    const last = channels.at(-1)!;
    this.classifier = new Sequential(
      new AdaptiveAvgPool2d(1),
      new Flatten(),
      new LayerNorm(last),
      linear(last, last),
      new Tanh(),
      linear(last, numClasses, false),
    );
  }

  /** Within an attention there are windows instead of a map. */
  override mapOf(output: Value, path: string): Value | undefined {
    return path.includes("_attention.") ? undefined : super.mapOf(output, path);
  }

  override forwardFeatures(x: Value): Value {
    return this.blocks.reduce((y, stage) => stage.call(y), this.stem.call(x));
  }
}

/** torchvision's name. */
export type MaxVitName = "maxvit_t";

/** MaxViTs, for pictures whose sides are multiples of 224 pixels. */
export const maxvits: Family<MaxVitName> = {
  maxvit_t: ({ numClasses, dropout = 0, stochasticDepth = 0.2 }: NetworkOptions): MaxVit =>
    new MaxVit({
      stemChannels: 64,
      channels: [64, 128, 256, 512],
      layers: [2, 2, 5, 2],
      headChannels: 32,
      window: 7,
      numClasses,
      dropout,
      stochasticDepth,
    }),
};

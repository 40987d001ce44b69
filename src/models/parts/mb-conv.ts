// The residual blocks of EfficientNets ("mobile inverted bottlenecks"), with torchvision's names.
import { add, type Value } from "../../graph/index.ts";
import { type BatchNorm2dOptions, fill, Module, Sequential, SiLU, StochasticDepth } from "../../nn/index.ts";
import { Conv2dNormActivation, makeDivisible, SqueezeExcitation } from "./blocks.ts";

/** The numbers that tell one block from another. */
export interface MBConvOptions {
  /** 3x3 to more channels instead of 1x1 and a convolution of each. */
  readonly fused: boolean;
  readonly inChannels: number;
  readonly channels: number;
  /** Channels inside per channel before it. */
  readonly expansion: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly norm: BatchNorm2dOptions | undefined;
  /** Share of samples for which it does nothing. */
  readonly stochasticDepth: number;
}

/** 1x1 to more channels, a convolution of each, squeeze-and-excitation, 1x1 back. */
function mbConv({ inChannels, channels, expansion, kernelSize, stride, norm }: MBConvOptions): Sequential {
  const hidden = makeDivisible(inChannels * expansion);
  const options = { norm, activation: SiLU };
  return new Sequential(
    ...(hidden === inChannels
      ? []
      : [new Conv2dNormActivation(inChannels, hidden, { kernelSize: 1, ...options })]),
    new Conv2dNormActivation(hidden, hidden, { kernelSize, stride, groups: hidden, ...options }),
    new SqueezeExcitation(hidden, Math.max(1, Math.floor(inChannels / 4)), {
      activation: SiLU,
      biasInitializer: fill(0),
    }),
    new Conv2dNormActivation(hidden, channels, { kernelSize: 1, norm, activation: null }),
  );
}

/** One convolution to more channels and 1x1 back; without more channels, the convolution alone. */
function fusedMbConv({
  inChannels,
  channels,
  expansion,
  kernelSize,
  stride,
  norm,
}: MBConvOptions): Sequential {
  const hidden = makeDivisible(inChannels * expansion);
  const options = { kernelSize, stride, norm, activation: SiLU };
  if (hidden === inChannels) return new Sequential(new Conv2dNormActivation(inChannels, channels, options));
  return new Sequential(
    new Conv2dNormActivation(inChannels, hidden, options),
    new Conv2dNormActivation(hidden, channels, { kernelSize: 1, norm, activation: null }),
  );
}

/** [N, inChannels, H, W] -> [N, channels, H / stride, W / stride]; added to its input where the shape stays. */
export class MBConv extends Module {
  readonly block: Sequential;
  readonly stochastic_depth: StochasticDepth;
  readonly #residual: boolean;

  constructor(options: MBConvOptions) {
    super();
    const { fused, inChannels, channels, stride, stochasticDepth } = options;
    this.block = fused ? fusedMbConv(options) : mbConv(options);
    this.stochastic_depth = new StochasticDepth(stochasticDepth);
    this.#residual = stride === 1 && inChannels === channels;
  }

  override forward(x: Value): Value {
    const y = this.block.call(x);
    return this.#residual ? add(this.stochastic_depth.call(y), x) : y;
  }
}

// Blocks that several families of convolutional networks are built of, with torchvision's names.
import { mul, type Value } from "../../graph/index.ts";
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  type BatchNorm2dOptions,
  Conv2d,
  type Initializer,
  kaimingNormalFanOut,
  Module,
  ReLU,
  Sequential,
  Sigmoid,
} from "../../nn/index.ts";

/** Class of an activation. */
export type Activation = new () => Module;

/** The multiple of `divisor` nearest to `channels`, but not below it by more than a tenth. */
export function makeDivisible(channels: number, divisor = 8): number {
  const nearest = Math.max(divisor, Math.floor((channels + divisor / 2) / divisor) * divisor);
  return nearest < 0.9 * channels ? nearest + divisor : nearest;
}

/** What a convolution with norm and activation has besides its channels. */
export interface Conv2dNormActivationOptions {
  /** Odd; padded so that stride 1 keeps the size. Default 3. */
  readonly kernelSize?: number;
  /** Default 1. */
  readonly stride?: number;
  /** Default 1. */
  readonly groups?: number;
  readonly norm?: BatchNorm2dOptions | undefined;
  /** Default `ReLU`; null for none. */
  readonly activation?: Activation | null;
  /** Default: He's, by fan-out. */
  readonly initializer?: Initializer;
}

/** Convolution without bias (`0`), batch norm (`1`), activation: [N, C, H, W] -> [N, O, H / stride, W / stride]. */
export class Conv2dNormActivation extends Sequential {
  constructor(inChannels: number, outChannels: number, options: Conv2dNormActivationOptions = {}) {
    const { kernelSize = 3, stride = 1, groups = 1, norm, activation = ReLU } = options;
    const { initializer = kaimingNormalFanOut } = options;
    super(
      new Conv2d(inChannels, outChannels, kernelSize, {
        stride,
        padding: (kernelSize - 1) / 2,
        groups,
        bias: false,
        initializer,
      }),
      new BatchNorm2d(outChannels, norm),
      ...(activation === null ? [] : [new activation()]),
    );
  }
}

/** What squeeze-and-excitation has besides its channels. */
export interface SqueezeExcitationOptions {
  /** Of the squeezed channels; default `ReLU`. */
  readonly activation?: Activation;
  /** What makes factors of the results; default `Sigmoid`. */
  readonly scaleActivation?: Activation;
  /** Default: He's, by fan-out. */
  readonly initializer?: Initializer;
  /** Default: as torch. */
  readonly biasInitializer?: Initializer;
}

/** Hu et al., "Squeeze-and-Excitation Networks" (2018): each channel times a factor that the means of all decide. */
export class SqueezeExcitation extends Module {
  readonly avgpool: AdaptiveAvgPool2d = new AdaptiveAvgPool2d(1);
  readonly fc1: Conv2d;
  readonly fc2: Conv2d;
  readonly activation: Module;
  readonly scale_activation: Module;

  constructor(channels: number, squeezeChannels: number, options: SqueezeExcitationOptions = {}) {
    super();
    const { activation = ReLU, scaleActivation = Sigmoid, ...initializers } = options;
    const convolution = { initializer: kaimingNormalFanOut, ...initializers };
    this.fc1 = new Conv2d(channels, squeezeChannels, 1, convolution);
    this.fc2 = new Conv2d(squeezeChannels, channels, 1, convolution);
    this.activation = new activation();
    this.scale_activation = new scaleActivation();
  }

  override forward(x: Value): Value {
    const squeezed = this.activation.call(this.fc1.call(this.avgpool.call(x)));
    return mul(x, this.scale_activation.call(this.fc2.call(squeezed)));
  }
}

// 2-D convolution layer.
import { conv2d, type Pair, type Value } from "../../graph/index.ts";
import { type Initializer, uniformFanIn } from "../initializers.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";

/** A size for both axes, or height and width. */
export type SizeOption = number | Pair;

/** [height, width]; one number stands for both. */
export function toPair(size: SizeOption): Pair {
  return typeof size === "number" ? [size, size] : size;
}

/** What a convolution has besides its channels and kernel; the defaults are torch's. */
export interface Conv2dLayerOptions {
  /** Default 1. */
  readonly stride?: SizeOption;
  /** Zeros on both sides; default 0. */
  readonly padding?: SizeOption;
  /** Default 1. */
  readonly dilation?: SizeOption;
  /** Default 1. */
  readonly groups?: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Default: uniform in ±1/sqrt(fan-in), as torch. */
  readonly initializer?: Initializer;
  /** Default: as torch, uniform in ±1/sqrt(fan-in). */
  readonly biasInitializer?: Initializer;
}

/** [N, C, H, W] -> [N, O, H', W']; state `weight` [O, C / groups, kH, kW] and, unless switched off, `bias` [O]. */
export class Conv2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly #params: { stride: Pair; padding: Pair; dilation: Pair; groups: number };

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: SizeOption,
    options: Conv2dLayerOptions = {},
  ) {
    super();
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true } = options;
    const kernel = toPair(kernelSize);
    const fanIn = uniformFanIn((inChannels / groups) * kernel[0] * kernel[1]);
    this.weight = new Parameter([outChannels, inChannels / groups, ...kernel], options.initializer ?? fanIn);
    this.bias = bias ? new Parameter([outChannels], options.biasInitializer ?? fanIn) : undefined;
    this.#params = { stride: toPair(stride), padding: toPair(padding), dilation: toPair(dilation), groups };
  }

  override forward(x: Value): Value {
    return conv2d(x, this.weight.value, this.bias?.value, this.#params);
  }
}

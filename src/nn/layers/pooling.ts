// Pooling layers and flattening.
import {
  adaptiveAvgPool2d,
  avgPool2d,
  flatten,
  globalAvgPool2d,
  maxPool2d,
  pad,
  sizeOfAxis,
  type Value,
} from "../../graph/index.ts";
import { Module } from "../module.ts";
import { type SizeOption, toPair } from "./convolution.ts";

/** What a pooling window has besides its size; the defaults are torch's. */
export interface PoolOptions {
  /** Default: the kernel size. */
  readonly stride?: SizeOption;
  /** Default 0. */
  readonly padding?: SizeOption;
}

function window(kernelSize: SizeOption, { stride = kernelSize, padding = 0 }: PoolOptions) {
  return { kernel: toPair(kernelSize), stride: toPair(stride), padding: toPair(padding) };
}

/** What max pooling has besides. */
export interface MaxPoolOptions extends PoolOptions {
  /** Whether a last window that begins in the map may reach beyond it, as torch's `ceil_mode`; default false. */
  readonly ceilMode?: boolean;
}

/** The least float32, so that it never wins: not every runtime has -inf as a constant. */
const LEAST = -(2 - 2 ** -23) * 2 ** 127;

/** Maximum over windows, padded with -inf. */
export class MaxPool2d extends Module {
  readonly #window: ReturnType<typeof window>;
  readonly #ceilMode: boolean;

  constructor(kernelSize: SizeOption, { ceilMode = false, ...options }: MaxPoolOptions = {}) {
    super();
    this.#window = window(kernelSize, options);
    this.#ceilMode = ceilMode;
  }

  override forward(x: Value): Value {
    if (!this.#ceilMode) return maxPool2d(x, this.#window);
    const after = [0, 0, this.#overhang(x, 0), this.#overhang(x, 1)];
    return maxPool2d(after.some((n) => n > 0) ? pad(x, [0, 0, 0, 0], after, LEAST) : x, this.#window);
  }

  /** How far a last window reaches beyond the padding: vertically (0) or horizontally (1). */
  #overhang(x: Value, axis: 0 | 1): number {
    const size = sizeOfAxis(x, axis + 2);
    const [kernel, stride, padding] = [
      this.#window.kernel[axis],
      this.#window.stride[axis],
      this.#window.padding[axis],
    ];
    const reach = size + 2 * padding - kernel;
    const last = Math.ceil(reach / stride) * stride;
    return last < size + padding ? last - reach : 0;
  }
}

/** Mean over windows; padding counts as zeros, as in torch. */
export class AvgPool2d extends Module {
  readonly #window: ReturnType<typeof window>;

  constructor(kernelSize: SizeOption, options: PoolOptions = {}) {
    super();
    this.#window = window(kernelSize, options);
  }

  override forward(x: Value): Value {
    return avgPool2d(x, this.#window);
  }
}

/**
 * torch's `AdaptiveAvgPool2d`: [N, C, H, W] -> [N, C, h, w], each the mean of rows floor(i H / h) to
 * ceil((i + 1) H / h), and columns alike.
 */
export class AdaptiveAvgPool2d extends Module {
  readonly #size: readonly [number, number];

  constructor(size: SizeOption) {
    super();
    this.#size = toPair(size);
  }

  override forward(x: Value): Value {
    return adaptiveAvgPool2d(x, this.#size);
  }
}

/** Mean over height and width: [N, C, H, W] -> [N, C, 1, 1]. */
export class GlobalAvgPool2d extends Module {
  override forward(x: Value): Value {
    return globalAvgPool2d(x);
  }
}

/** [N, ...] -> [N, all the rest]. */
export class Flatten extends Module {
  override forward(x: Value): Value {
    return flatten(x);
  }
}

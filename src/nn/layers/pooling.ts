// Pooling layers and flattening.
import {
  adaptiveAvgPool2d,
  avgPool2d,
  flatten,
  globalAvgPool2d,
  maxPool2d,
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
  /** Whether a last window that begins in the map may reach beyond it, as torch's `ceil_mode`; default false. */
  readonly ceilMode?: boolean;
}

/** What average pooling has besides. */
export interface AvgPoolOptions extends PoolOptions {
  /** Whether zeros of the padding count, as torch's `count_include_pad`; default true. */
  readonly countIncludePad?: boolean;
}

function window(kernelSize: SizeOption, { stride = kernelSize, padding = 0, ceilMode = false }: PoolOptions) {
  return { kernel: toPair(kernelSize), stride: toPair(stride), padding: toPair(padding), ceilMode };
}

/** Maximum over windows, padded with -inf. */
export class MaxPool2d extends Module {
  readonly #window: ReturnType<typeof window>;

  constructor(kernelSize: SizeOption, options: PoolOptions = {}) {
    super();
    this.#window = window(kernelSize, options);
  }

  override forward(x: Value): Value {
    return maxPool2d(x, this.#window);
  }
}

/** Mean over windows. */
export class AvgPool2d extends Module {
  readonly #window: ReturnType<typeof window>;
  readonly #countIncludePad: boolean;

  constructor(kernelSize: SizeOption, { countIncludePad = true, ...options }: AvgPoolOptions = {}) {
    super();
    this.#window = window(kernelSize, options);
    this.#countIncludePad = countIncludePad;
  }

  override forward(x: Value): Value {
    return avgPool2d(x, { ...this.#window, countIncludePad: this.#countIncludePad });
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

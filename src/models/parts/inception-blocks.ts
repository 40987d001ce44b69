// Blocks of the networks with inception modules, GoogLeNet and Inception v3, with torchvision's names.
import { concat, relu, type Value } from "../../graph/index.ts";
import { BatchNorm2d, Conv2d, type Initializer, Module, type SizeOption } from "../../nn/index.ts";

/** What a convolution has besides its channels and kernel. */
export interface BasicConv2dOptions {
  /** Default 1. */
  readonly stride?: number;
  /** Default 0. */
  readonly padding?: SizeOption;
  readonly initializer: Initializer;
}

/** Convolution without bias, batch norm with epsilon 1e-3, ReLU. */
export class BasicConv2d extends Module {
  readonly conv: Conv2d;
  readonly bn: BatchNorm2d;

  constructor(inChannels: number, outChannels: number, kernel: SizeOption, options: BasicConv2dOptions) {
    super();
    this.conv = new Conv2d(inChannels, outChannels, kernel, { bias: false, ...options });
    this.bn = new BatchNorm2d(outChannels, { epsilon: 0.001 });
  }

  override forward(x: Value): Value {
    return relu(this.bn.call(this.conv.call(x)));
  }
}

type Named = Readonly<Record<string, Module>>;

/** Modules one behind another; and, where it forks at its end, those that each take what the last of them gives. */
export type Branch = readonly [chain: Named, fork?: Named];

/** Branches of the same input, their results joined along the channels; all parts stand side by side by their names. */
export class Branches extends Module {
  readonly #branches: readonly Branch[];

  constructor(...branches: readonly Branch[]) {
    super();
    this.#branches = branches;
  }

  override *children(): Generator<[string, Module]> {
    for (const [chain, fork] of this.#branches) yield* Object.entries({ ...chain, ...fork });
  }

  override forward(x: Value): Value {
    const results = this.#branches.flatMap(([chain, fork]) => {
      const y = Object.values(chain).reduce((value, module) => module.call(value), x);
      return fork === undefined ? [y] : Object.values(fork).map((module) => module.call(y));
    });
    return concat(results, 1);
  }
}

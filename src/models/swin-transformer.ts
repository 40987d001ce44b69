// Swin transformers, V1 and V2, as torchvision builds them.
import { add, pad, reshape, sizeOfAxis, transpose, type Value } from "../graph/index.ts";
import {
  AdaptiveAvgPool2d,
  ClassificationNetwork,
  Conv2d,
  Flatten,
  fill,
  LayerNorm,
  type Linear,
  Module,
  Permute,
  Sequential,
  StochasticDepth,
  truncatedNormal,
} from "../nn/index.ts";
import type { Family, NetworkOptions } from "./family.ts";
import { depthProbability } from "./parts/depth-probability.ts";
import { mlp } from "./parts/mlp.ts";
import {
  linear,
  ShiftedWindowAttention,
  ShiftedWindowAttentionV2,
  type WindowAttentionOptions,
} from "./parts/window-attention.ts";

/** The numbers that tell one Swin transformer from another. */
export interface SwinTransformerOptions {
  readonly version: 1 | 2;
  /** Channels of the first stage; each stage has twice those of the one before. */
  readonly channels: number;
  /** Blocks of each stage. */
  readonly layers: readonly number[];
  /** Heads of attention of each stage. */
  readonly heads: readonly number[];
  /** Height and width of a window, in places of the map. */
  readonly window: number;
  readonly numClasses: number;
  /** Share of what attention and the layers behind it give that is left out. */
  readonly dropout: number;
  /** Share of samples for which the last block does nothing; those before less, the first none. */
  readonly stochasticDepth: number;
}

const PATCH = 4;

/** V1 normalises before attention and layers, V2 after them. */
class Block extends Module {
  readonly norm1: LayerNorm;
  readonly attn: Module;
  readonly stochastic_depth: StochasticDepth;
  readonly norm2: LayerNorm;
  readonly mlp: Sequential;
  readonly #version: 1 | 2;

  constructor(version: 1 | 2, attention: WindowAttentionOptions, stochasticDepth: number) {
    super();
    const { channels, dropout } = attention;
    const Attention = version === 1 ? ShiftedWindowAttention : ShiftedWindowAttentionV2;
    this.norm1 = new LayerNorm(channels);
    this.attn = new Attention(attention);
    this.stochastic_depth = new StochasticDepth(stochasticDepth);
    this.norm2 = new LayerNorm(channels);
    this.mlp = mlp(channels, 4 * channels, {
      initializer: truncatedNormal(0.02),
      biasInitializer: fill(0),
      dropout,
    });
    this.#version = version;
  }

  override forward(x: Value): Value {
    const branch = (value: Value, norm: Module, body: Module): Value => {
      const y = this.#version === 1 ? body.call(norm.call(value)) : norm.call(body.call(value));
      return add(value, this.stochastic_depth.call(y));
    };
    return branch(branch(x, this.norm1, this.attn), this.norm2, this.mlp);
  }
}

/** Four neighbours become one place of twice the channels: [N, H, W, C] -> [N, H / 2, W / 2, 2 C]. */
class PatchMerging extends Module {
  readonly reduction: Linear;
  readonly norm: LayerNorm;
  readonly #version: 1 | 2;

  constructor(version: 1 | 2, channels: number) {
    super();
    this.reduction = linear(4 * channels, 2 * channels, false);
    this.norm = new LayerNorm((version === 1 ? 4 : 2) * channels);
    this.#version = version;
  }

  override forward(x: Value): Value {
    const merged = neighbours(x);
    return this.#version === 1
      ? this.reduction.call(this.norm.call(merged))
      : this.norm.call(this.reduction.call(merged));
  }
}

/** The channels of 2x2 places one behind the other, column by column; zeros behind an odd side. */
function neighbours(x: Value): Value {
  const [rows, columns, channels] = [sizeOfAxis(x, 1), sizeOfAxis(x, 2), sizeOfAxis(x, 3)];
  const isOdd = rows % 2 === 1 || columns % 2 === 1;
  const even = isOdd ? pad(x, [0, 0, 0, 0], [0, rows % 2, columns % 2, 0]) : x;
  const [batch, height, width] = [x.shape[0]!, Math.ceil(rows / 2), Math.ceil(columns / 2)];
  const split = reshape(even, [batch, height, 2, width, 2, channels]);
  return reshape(transpose(split, [0, 1, 3, 4, 2, 5]), [batch, height, width, 4 * channels]);
}

/** Images [N, 3, H, W] -> logits [N, numClasses]. Parameter names, order and initialisation are torchvision's. */
export class SwinTransformer extends ClassificationNetwork {
  readonly features: Sequential;
  readonly norm: LayerNorm;
  readonly permute: Permute;
  readonly avgpool: AdaptiveAvgPool2d;
  readonly flatten: Flatten;
  readonly head: Linear;
  readonly #version: 1 | 2;

  constructor(options: SwinTransformerOptions) {
    super();
    this.#version = options.version;
    const { version, channels, layers, heads, window, numClasses, dropout, stochasticDepth } = options;
    const probability = depthProbability(stochasticDepth, layers);
    const embedding = new Sequential(
      new Conv2d(3, channels, PATCH, { stride: PATCH }),
      new Permute([0, 2, 3, 1]),
      new LayerNorm(channels),
    );
    const stages = layers.flatMap((depth, stage) => {
      const width = channels * 2 ** stage;
      const blocks = Array.from({ length: depth }, (_, i) => {
        const shift = i % 2 === 0 ? 0 : Math.floor(window / 2);
        const attention = { channels: width, heads: heads[stage]!, window, shift, dropout };
        return new Block(version, attention, probability(stage, i));
      });
      const body = new Sequential(...blocks);
      return stage === layers.length - 1 ? [body] : [body, new PatchMerging(version, width)];
    });
    const last = channels * 2 ** (layers.length - 1);
    this.features = new Sequential(embedding, ...stages);
    this.norm = new LayerNorm(last);
    this.permute = new Permute([0, 3, 1, 2]);
    this.avgpool = new AdaptiveAvgPool2d(1);
    this.flatten = new Flatten();
    this.head = linear(last, numClasses);
  }

  override get classifier(): Linear {
    return this.head;
  }

  /** The layer norm before the last attention; V2 has none there. */
  override get mapLayer(): string | undefined {
    if (this.#version === 2) return undefined;
    const [stage, blocks] = Array.from(this.features.children()).at(-1)!;
    const [last] = Array.from(blocks.children()).at(-1)!;
    return `features.${stage}.${last}.norm1`;
  }

  /** Channels come last, but at both ends; within an attention there are windows instead of a map. */
  override mapOf(output: Value, path: string): Value | undefined {
    if (output.shape.length !== 4 || path.includes(".attn.")) return undefined;
    const channelsFirst = ["features.0.0", "permute", "avgpool"].includes(path);
    return channelsFirst ? output : transpose(output, [0, 3, 1, 2]);
  }

  override forwardFeatures(x: Value): Value {
    const map = this.permute.call(this.norm.call(this.features.call(x)));
    return this.flatten.call(this.avgpool.call(map));
  }
}

/** torchvision's names: tiny, small and base. */
export type SwinTransformerName = "swin_t" | "swin_s" | "swin_b" | "swin_v2_t" | "swin_v2_s" | "swin_v2_b";

type Size = Pick<SwinTransformerOptions, "channels" | "layers" | "heads">;

const tiny: Size = { channels: 96, layers: [2, 2, 6, 2], heads: [3, 6, 12, 24] };
const small: Size = { ...tiny, layers: [2, 2, 18, 2] };
const base: Size = { channels: 128, layers: [2, 2, 18, 2], heads: [4, 8, 16, 32] };

const row =
  (version: 1 | 2, size: Size, published: number) =>
  ({ numClasses, dropout = 0, stochasticDepth = published }: NetworkOptions): SwinTransformer => {
    const window = version === 1 ? 7 : 8;
    return new SwinTransformer({ ...size, version, window, numClasses, dropout, stochasticDepth });
  };

/** Swin transformers, V1 and then V2, small ones first. */
export const swinTransformers: Family<SwinTransformerName> = {
  swin_t: row(1, tiny, 0.2),
  swin_s: row(1, small, 0.3),
  swin_b: row(1, base, 0.5),
  swin_v2_t: row(2, tiny, 0.2),
  swin_v2_s: row(2, small, 0.3),
  swin_v2_b: row(2, base, 0.5),
};

// MaxViT's attention among places near each other, and among places spread over the whole map.
import { ClassifierTrainingError, hostTensor } from "../../core/index.ts";
import { add, matmul, mul, reshape, sizeOfAxis, softmax, transpose, type Value } from "../../graph/index.ts";
import {
  Buffer,
  Dropout,
  fill,
  GELU,
  joinHeads,
  LayerNorm,
  Linear,
  linearPart,
  Module,
  normal,
  Parameter,
  Sequential,
  StochasticDepth,
  splitHeads,
  truncatedNormal,
} from "../../nn/index.ts";
import { positionBias, relativePositionIndex } from "./relative-positions.ts";

/** A fully connected layer as all of MaxViT's begin. */
export function linear(inFeatures: number, outFeatures: number, bias = true): Linear {
  return new Linear(inFeatures, outFeatures, { bias, initializer: normal(0.02), biasInitializer: fill(0) });
}

/** What an attention in parts is made of. */
export interface PartitionAttentionOptions {
  readonly kind: "window" | "grid";
  readonly channels: number;
  /** Channels of each head. */
  readonly headChannels: number;
  /** Height and width of windows and grids, in places of the map. */
  readonly window: number;
  /** Share of what is left out behind attention and fully connected layers. */
  readonly dropout: number;
  readonly stochasticDepth: number;
}

/** [N, groups, S, C] -> [N, groups, S, C], S = `window`^2. */
class RelativeAttention extends Module {
  readonly relative_position_bias_table: Parameter;
  readonly relative_position_index: Buffer;
  readonly to_qkv: Linear;
  readonly merge: Linear;
  readonly #heads: number;

  constructor(channels: number, heads: number, window: number) {
    super();
    const rows = (2 * window - 1) ** 2;
    const places = window * window;
    this.relative_position_bias_table = new Parameter([rows, heads], truncatedNormal(0.02), {
      decays: false,
    });
    this.relative_position_index = new Buffer(() =>
      hostTensor("int64", [places, places], relativePositionIndex(window).data),
    );
    this.to_qkv = linear(channels, 3 * channels);
    this.merge = linear(channels, channels);
    this.#heads = heads;
  }

  override forward(x: Value): Value {
    const channels = sizeOfAxis(x, -1);
    const [weight, bias] = [this.to_qkv.weight.value, this.to_qkv.bias!.value];
    const part = (i: number): Value =>
      splitHeads(linearPart(x, weight, bias, i * channels, (i + 1) * channels), this.#heads);
    // By all channels and not by those of a head, as torchvision has it.
    const scores = matmul(part(0), mul(part(1), channels ** -0.5), false, true);
    const index = reshape(this.relative_position_index.value, [-1]);
    const weights = softmax(add(scores, positionBias(this.relative_position_bias_table.value, index)));
    return this.merge.call(joinHeads(matmul(weights, part(2))));
  }
}

/** Attention among neighbours in a window, or among places of a grid over the whole map: [N, C, H, W] -> [N, C, H, W]. */
export class PartitionAttention extends Module {
  readonly attn_layer: Sequential;
  readonly mlp_layer: Sequential;
  readonly stochastic_dropout: StochasticDepth;
  readonly #kind: "window" | "grid";
  readonly #window: number;

  constructor(options: PartitionAttentionOptions) {
    super();
    const { kind, channels, headChannels, window, dropout, stochasticDepth } = options;
    this.attn_layer = new Sequential(
      new LayerNorm(channels),
      new RelativeAttention(channels, channels / headChannels, window),
      new Dropout(dropout),
    );
    this.mlp_layer = new Sequential(
      new LayerNorm(channels),
      linear(channels, 4 * channels),
      new GELU(),
      linear(4 * channels, channels),
      new Dropout(dropout),
    );
    this.stochastic_dropout = new StochasticDepth(stochasticDepth);
    this.#kind = kind;
    this.#window = window;
  }

  override forward(x: Value): Value {
    const [batch, channels] = [x.shape[0]!, sizeOfAxis(x, 1)];
    const [rows, columns] = [2, 3].map((axis) => this.#groups(sizeOfAxis(x, axis))) as [number, number];
    const size = this.#window;
    const isWindow = this.#kind === "window";
    const split = isWindow
      ? [batch, channels, rows, size, columns, size]
      : [batch, channels, size, rows, size, columns];
    const order = isWindow ? [0, 2, 4, 3, 5, 1] : [0, 3, 5, 2, 4, 1];
    const parted = transpose(reshape(x, split), order);
    let y = reshape(parted, [batch, rows * columns, size * size, channels]);
    y = add(y, this.stochastic_dropout.call(this.attn_layer.call(y)));
    y = add(y, this.stochastic_dropout.call(this.mlp_layer.call(y)));
    const back = order.map((_, axis) => order.indexOf(axis));
    return reshape(transpose(reshape(y, parted.shape), back), x.shape);
  }

  #groups(length: number): number {
    if (length % this.#window === 0) return length / this.#window;
    const message = `a map of ${length} places does not divide into windows of ${this.#window}`;
    const hint = `choose pictures whose sides are multiples of ${32 * this.#window} pixels`;
    throw new ClassifierTrainingError("usage", "IMAGE_SIZE", message, { hint });
  }
}

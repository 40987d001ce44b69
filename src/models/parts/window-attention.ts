// Attention within windows, by dot products (Liu et al., "Swin Transformer", 2021) and by cosines (Swin V2, 2022).
import {
  add,
  div,
  exp,
  matmul,
  maximum,
  minimum,
  mul,
  reduceSum,
  reshape,
  sigmoid,
  sizeOfAxis,
  softmax,
  sqrt,
  type Value,
} from "../../graph/index.ts";
import {
  Buffer,
  Dropout,
  fill,
  joinHeads,
  Linear,
  linearPart,
  Module,
  Parameter,
  ReLU,
  Sequential,
  splitHeads,
  truncatedNormal,
} from "../../nn/index.ts";
import { positionBias, relativeCoordinates, relativePositionIndex } from "./relative-positions.ts";
import { withinWindows } from "./windows.ts";

/** What an attention within windows is made of. */
export interface WindowAttentionOptions {
  readonly channels: number;
  readonly heads: number;
  /** Height and width of a window. */
  readonly window: number;
  /** By how many places the windows are shifted. */
  readonly shift: number;
  /** Share of what it gives that is left out. */
  readonly dropout: number;
}

const initializer = truncatedNormal(0.02);
const biasInitializer = fill(0);

/** A fully connected layer as all of Swin's begin. */
export function linear(inFeatures: number, outFeatures: number, bias = true): Linear {
  return new Linear(inFeatures, outFeatures, { bias, initializer, biasInitializer });
}

/** A map [N, H, W, C] -> [N, H, W, C]. */
abstract class WindowAttention extends Module {
  abstract readonly qkv: Linear;
  abstract readonly proj: Linear;
  readonly dropout: Dropout;
  protected readonly options: WindowAttentionOptions;

  constructor(options: WindowAttentionOptions) {
    super();
    this.options = options;
    this.dropout = new Dropout(options.dropout);
  }

  /** What is added to the scores for the places' positions, [heads, S, S]. */
  protected abstract positions(): Value;
  /** How alike queries and keys [..., heads, S, C / heads] are: [..., heads, S, S]. */
  protected abstract scores(query: Value, key: Value): Value;
  /** The keys' bias within that of `qkv`, or undefined for none. */
  protected abstract keyBias(bias: Value): Value | undefined;

  override forward(x: Value): Value {
    const { window, shift } = this.options;
    const positions = this.positions();
    return withinWindows(x, window, shift, (windows, mask) =>
      this.#attend(windows, mask === undefined ? positions : add(positions, mask)),
    );
  }

  #attend(x: Value, bias: Value): Value {
    const { channels, heads } = this.options;
    const [weight, shift] = [this.qkv.weight.value, this.qkv.bias!.value];
    const part = (index: number, added: Value | undefined): Value =>
      splitHeads(linearPart(x, weight, added, index * channels, (index + 1) * channels), heads);
    const [query, key, value] = [part(0, shift), part(1, this.keyBias(shift)), part(2, shift)];
    const weights = softmax(add(this.scores(query, key), bias));
    return this.dropout.call(this.proj.call(joinHeads(matmul(weights, value))));
  }
}

/** Scaled dot products, and a learnt table of relative positions. */
export class ShiftedWindowAttention extends WindowAttention {
  readonly relative_position_bias_table: Parameter;
  readonly relative_position_index: Buffer;
  readonly qkv: Linear;
  readonly proj: Linear;

  constructor(options: WindowAttentionOptions) {
    super(options);
    const { channels, heads, window } = options;
    const rows = (2 * window - 1) ** 2;
    this.relative_position_bias_table = new Parameter([rows, heads], initializer, { decays: false });
    this.relative_position_index = new Buffer(() => relativePositionIndex(window));
    this.qkv = linear(channels, 3 * channels);
    this.proj = linear(channels, channels);
  }

  protected override positions(): Value {
    return positionBias(this.relative_position_bias_table.value, this.relative_position_index.value);
  }

  protected override scores(query: Value, key: Value): Value {
    return matmul(mul(query, sizeOfAxis(query, -1) ** -0.5), key, false, true);
  }

  protected override keyBias(bias: Value): Value {
    return bias;
  }
}

/** Width of the layer between coordinates and position biases. */
const POSITION_FEATURES = 512;
/** The largest factor of cosines. */
const LARGEST_SCALE = 100;

/** Cosines times a learnt factor, and position biases that two layers compute from coordinates; keys have no bias. */
export class ShiftedWindowAttentionV2 extends WindowAttention {
  readonly logit_scale: Parameter;
  readonly relative_coords_table: Buffer;
  readonly relative_position_index: Buffer;
  readonly qkv: Linear;
  readonly proj: Linear;
  readonly cpb_mlp: Sequential;

  constructor(options: WindowAttentionOptions) {
    super(options);
    const { channels, heads, window } = options;
    this.logit_scale = new Parameter([heads, 1, 1], fill(Math.log(10)), { decays: false });
    this.relative_coords_table = new Buffer(() => relativeCoordinates(window));
    this.relative_position_index = new Buffer(() => relativePositionIndex(window));
    this.qkv = linear(channels, 3 * channels);
    this.proj = linear(channels, channels);
    this.cpb_mlp = new Sequential(
      linear(2, POSITION_FEATURES),
      new ReLU(),
      linear(POSITION_FEATURES, heads, false),
    );
  }

  protected override positions(): Value {
    const table = this.cpb_mlp.call(this.relative_coords_table.value);
    const biases = mul(sigmoid(reshape(table, [-1, this.options.heads])), 16);
    return positionBias(biases, this.relative_position_index.value);
  }

  protected override scores(query: Value, key: Value): Value {
    const scale = exp(minimum(this.logit_scale.value, Math.log(LARGEST_SCALE)));
    return mul(matmul(direction(query), direction(key), false, true), scale);
  }

  protected override keyBias(): undefined {
    return undefined;
  }
}

/** Vectors of the last axis divided by their length, at least 1e-12: the keys of padding are zero. */
function direction(x: Value): Value {
  const squares = reduceSum(mul(x, x), { axes: [-1], keepDims: true });
  return div(x, sqrt(maximum(squares, 1e-24)));
}

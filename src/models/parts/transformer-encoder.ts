// The encoder of a vision transformer: blocks of attention and fully connected layers over a sequence of tokens.
import { add, mul, pad, sizeOfAxis, type Value } from "../../graph/index.ts";
import {
  Dropout,
  fill,
  GELU,
  LayerNorm,
  Module,
  MultiheadAttention,
  normal,
  Parameter,
  QuickGELU,
  Sequential,
  StochasticDepth,
} from "../../nn/index.ts";
import { depthProbability } from "./depth-probability.ts";
import { mlp, SwiGLU } from "./mlp.ts";

/** The numbers that tell one encoder from another; the defaults are those of torchvision's ViT. */
export interface TransformerEncoderOptions {
  readonly layers: number;
  readonly heads: number;
  readonly channels: number;
  /** Share of each residual branch and of the tokens at the beginning that is left out; default 0. */
  readonly dropout?: number;
  /** Share of the weights of attention that are left out; default 0. */
  readonly attentionDropout?: number;
  /** Share of samples for which the last block does nothing; those before less, the first none; default 0. */
  readonly stochasticDepth?: number;
  /** What is added to variances; default 1e-6. */
  readonly epsilon?: number;
  /** Between the fully connected layers; default `gelu`. */
  readonly activation?: "gelu" | "quick_gelu" | "swiglu";
  /** Channels between them; default 4 times `channels`. */
  readonly hidden?: number;
  /** First value of a factor for each channel of each residual branch; default: there is none. */
  readonly layerScale?: number;
  /** Layer norm before the first block too; default false. */
  readonly preNorm?: boolean;
}

const ACTIVATIONS: Readonly<Record<NonNullable<TransformerEncoderOptions["activation"]>, () => Module>> = {
  gelu: () => new GELU(),
  quick_gelu: () => new QuickGELU(),
  swiglu: () => new SwiGLU(),
};

/** Each channel times a learnt factor. */
class LayerScale extends Module {
  readonly gamma: Parameter;

  constructor(channels: number, value: number) {
    super();
    this.gamma = new Parameter([channels], fill(value), { decays: false });
  }

  override forward(x: Value): Value {
    return mul(x, this.gamma.value);
  }
}

class EncoderBlock extends Module {
  readonly ln_1: LayerNorm;
  readonly self_attention: MultiheadAttention;
  readonly dropout: Dropout;
  readonly layer_scale_1: LayerScale | undefined;
  readonly ln_2: LayerNorm;
  readonly mlp: Sequential;
  readonly layer_scale_2: LayerScale | undefined;
  readonly stochastic_depth: StochasticDepth;

  constructor(options: TransformerEncoderOptions, stochasticDepth: number) {
    super();
    const { channels, heads, dropout = 0, attentionDropout, epsilon = 1e-6, layerScale } = options;
    const scale = (): LayerScale | undefined =>
      layerScale === undefined ? undefined : new LayerScale(channels, layerScale);
    const activation = ACTIVATIONS[options.activation ?? "gelu"]();
    this.ln_1 = new LayerNorm(channels, epsilon);
    this.self_attention = new MultiheadAttention(channels, heads, attentionDropout);
    this.dropout = new Dropout(dropout);
    this.layer_scale_1 = scale();
    this.ln_2 = new LayerNorm(channels, epsilon);
    this.mlp = mlp(channels, options.hidden ?? 4 * channels, { activation, dropout });
    this.layer_scale_2 = scale();
    this.stochastic_depth = new StochasticDepth(stochasticDepth);
  }

  override forward(x: Value): Value {
    const branch = (value: Value, y: Value, scale: LayerScale | undefined): Value =>
      add(value, this.stochastic_depth.call(scale?.call(y) ?? y));
    const attended = this.dropout.call(this.self_attention.call(this.ln_1.call(x)));
    const y = branch(x, attended, this.layer_scale_1);
    return branch(y, this.mlp.call(this.ln_2.call(y)), this.layer_scale_2);
  }
}

/** Tokens [N, S, E] -> [N, S, E]. The last of them have positions, as many as the table has rows. */
export class TransformerEncoder extends Module {
  readonly pos_embedding: Parameter;
  readonly dropout: Dropout;
  readonly ln_pre: LayerNorm | undefined;
  readonly layers: Sequential;
  readonly ln: LayerNorm;

  constructor(positions: number, options: TransformerEncoderOptions) {
    super();
    const { channels, layers, dropout = 0, stochasticDepth = 0, epsilon = 1e-6, preNorm = false } = options;
    const probability = depthProbability(stochasticDepth, [layers]);
    const blocks = Array.from({ length: layers }, (_, i): [string, Module] => [
      `encoder_layer_${i}`,
      new EncoderBlock(options, probability(0, i)),
    ]);
    this.pos_embedding = new Parameter([1, positions, channels], normal(0.02), { decays: false });
    this.dropout = new Dropout(dropout);
    this.ln_pre = preNorm ? new LayerNorm(channels, epsilon) : undefined;
    this.layers = new Sequential(Object.fromEntries(blocks));
    this.ln = new LayerNorm(channels, epsilon);
  }

  override forward(x: Value): Value {
    const table = this.pos_embedding.value;
    const unplaced = sizeOfAxis(x, 1) - sizeOfAxis(table, 1);
    const positions = unplaced === 0 ? table : pad(table, [0, unplaced, 0], [0, 0, 0]);
    const y = this.dropout.call(add(x, positions));
    return this.ln.call(this.layers.call(this.ln_pre?.call(y) ?? y));
  }
}

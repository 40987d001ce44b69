// Vision transformers: Dosovitskiy et al., "An Image is Worth 16x16 Words" (2021), as torchvision builds them.
import { ClassifierTrainingError } from "../core/index.ts";
import {
  add,
  broadcastTo,
  concat,
  reshape,
  sizeOfAxis,
  slice,
  transpose,
  type Value,
} from "../graph/index.ts";
import {
  ClassificationNetwork,
  Conv2d,
  Dropout,
  fill,
  LayerNorm,
  Linear,
  Module,
  MultiheadAttention,
  normal,
  Parameter,
  Sequential,
  StochasticDepth,
  truncatedNormal,
} from "../nn/index.ts";
import { depthProbability } from "./depth-probability.ts";
import type { Family, NetworkOptions } from "./family.ts";
import { mlp } from "./mlp.ts";

/** The numbers that tell one vision transformer from another. */
export interface VisionTransformerOptions {
  /** Height and width of the pictures, a multiple of the patches'. */
  readonly imageSize: number;
  readonly patchSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly channels: number;
  readonly numClasses: number;
  /** Share of each residual branch and of the tokens at the beginning that is left out; default 0. */
  readonly dropout?: number;
  /** Share of the weights of attention that are left out; default 0. */
  readonly attentionDropout?: number;
  /** Share of samples for which the last block does nothing; those before less, the first none; default 0. */
  readonly stochasticDepth?: number;
}

const EPSILON = 1e-6;

class EncoderBlock extends Module {
  readonly ln_1: LayerNorm;
  readonly self_attention: MultiheadAttention;
  readonly dropout: Dropout;
  readonly ln_2: LayerNorm;
  readonly mlp: Sequential;
  readonly stochastic_depth: StochasticDepth;

  constructor(
    { channels, heads, dropout, attentionDropout }: VisionTransformerOptions,
    stochasticDepth: number,
  ) {
    super();
    this.ln_1 = new LayerNorm(channels, EPSILON);
    this.self_attention = new MultiheadAttention(channels, heads, attentionDropout);
    this.dropout = new Dropout(dropout ?? 0);
    this.ln_2 = new LayerNorm(channels, EPSILON);
    this.mlp = mlp(channels, 4 * channels, { dropout: dropout ?? 0 });
    this.stochastic_depth = new StochasticDepth(stochasticDepth);
  }

  override forward(x: Value): Value {
    const attended = this.dropout.call(this.self_attention.call(this.ln_1.call(x)));
    const y = add(this.stochastic_depth.call(attended), x);
    return add(y, this.stochastic_depth.call(this.mlp.call(this.ln_2.call(y))));
  }
}

/** Tokens [N, S, E] -> [N, S, E]. */
class Encoder extends Module {
  readonly pos_embedding: Parameter;
  readonly dropout: Dropout;
  readonly layers: Sequential;
  readonly ln: LayerNorm;

  constructor(tokens: number, options: VisionTransformerOptions) {
    super();
    const { channels, layers, dropout = 0, stochasticDepth = 0 } = options;
    const probability = depthProbability(stochasticDepth, [layers]);
    const blocks = Array.from({ length: layers }, (_, i): [string, Module] => [
      `encoder_layer_${i}`,
      new EncoderBlock(options, probability(0, i)),
    ]);
    this.pos_embedding = new Parameter([1, tokens, channels], normal(0.02), { decays: false });
    this.dropout = new Dropout(dropout);
    this.layers = new Sequential(Object.fromEntries(blocks));
    this.ln = new LayerNorm(channels, EPSILON);
  }

  override forward(x: Value): Value {
    return this.ln.call(this.layers.call(this.dropout.call(add(x, this.pos_embedding.value))));
  }
}

/** @throws ClassifierTrainingError kind "usage" `IMAGE_SIZE` where pictures do not divide into patches */
function dividedSize(imageSize: number, patchSize: number): number {
  if (imageSize % patchSize === 0) return imageSize;
  const below = Math.floor(imageSize / patchSize) * patchSize;
  throw new ClassifierTrainingError(
    "usage",
    "IMAGE_SIZE",
    `pictures of ${imageSize} pixels do not divide into patches of ${patchSize}`,
    { hint: `choose ${below === 0 ? "" : `${below} or `}${below + patchSize}` },
  );
}

function wrongSize(imageSize: number, height: number, width: number): ClassifierTrainingError {
  return new ClassifierTrainingError(
    "usage",
    "IMAGE_SIZE",
    `the network is made for pictures of ${imageSize}x${imageSize} pixels, not ${width}x${height}`,
    { hint: "make it with the pictures' size: its table of positions has an entry for each patch" },
  );
}

/** Images [N, 3, H, W] -> logits [N, numClasses]. Parameter names, order and initialisation are torchvision's. */
export class VisionTransformer extends ClassificationNetwork {
  readonly class_token: Parameter;
  readonly conv_proj: Conv2d;
  readonly encoder: Encoder;
  readonly heads: Sequential;
  readonly #imageSize: number;

  constructor(options: VisionTransformerOptions) {
    super();
    const { imageSize, patchSize, channels, numClasses } = options;
    this.#imageSize = dividedSize(imageSize, patchSize);
    this.class_token = new Parameter([1, 1, channels], fill(0), { decays: false });
    this.conv_proj = new Conv2d(3, channels, patchSize, {
      stride: patchSize,
      initializer: truncatedNormal(Math.sqrt(1 / (3 * patchSize * patchSize))),
      biasInitializer: fill(0),
    });
    this.encoder = new Encoder((imageSize / patchSize) ** 2 + 1, options);
    const head = new Linear(channels, numClasses, { initializer: fill(0), biasInitializer: fill(0) });
    this.heads = new Sequential({ head });
  }

  override get classifier(): Sequential {
    return this.heads;
  }

  override forwardFeatures(x: Value): Value {
    const [height, width] = [sizeOfAxis(x, 2), sizeOfAxis(x, 3)];
    if (height !== this.#imageSize || width !== this.#imageSize)
      throw wrongSize(this.#imageSize, height, width);
    const map = this.conv_proj.call(x);
    const [batch, channels] = [map.shape[0]!, map.shape[1] as number];
    const patches = transpose(reshape(map, [batch, channels, -1]), [0, 2, 1]);
    const token = broadcastTo(this.class_token.value, [batch, 1, channels]);
    const tokens = this.encoder.call(concat([token, patches], 1));
    return reshape(slice(tokens, [0, 0, 0], [batch, 1, channels]), [batch, channels]);
  }
}

/** torchvision's names: size, then height and width of a patch. */
export type VisionTransformerName = "vit_b_16" | "vit_b_32" | "vit_l_16" | "vit_l_32" | "vit_h_14";

const row =
  (size: Pick<VisionTransformerOptions, "patchSize" | "layers" | "heads" | "channels">) =>
  ({ numClasses, imageSize = 224, dropout = 0, stochasticDepth = 0 }: NetworkOptions): VisionTransformer =>
    new VisionTransformer({ ...size, numClasses, imageSize, dropout, stochasticDepth });

const base = { layers: 12, heads: 12, channels: 768 };
const large = { layers: 24, heads: 16, channels: 1024 };

/** Vision transformers, small ones first. */
export const visionTransformers: Family<VisionTransformerName> = {
  vit_b_16: row({ ...base, patchSize: 16 }),
  vit_b_32: row({ ...base, patchSize: 32 }),
  vit_l_16: row({ ...large, patchSize: 16 }),
  vit_l_32: row({ ...large, patchSize: 32 }),
  vit_h_14: row({ layers: 32, heads: 16, channels: 1280, patchSize: 14 }),
};

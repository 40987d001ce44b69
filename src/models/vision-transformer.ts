// Vision transformers: Dosovitskiy et al., "An Image is Worth 16x16 Words" (2021), as torchvision builds them.
import { ClassifierTrainingError, type Shape, type TensorChange } from "../core/index.ts";
import { broadcastTo, concat, reshape, sizeOfAxis, slice, transpose, type Value } from "../graph/index.ts";
import {
  type Buffer,
  ClassificationNetwork,
  Conv2d,
  fill,
  Linear,
  Parameter,
  Sequential,
  truncatedNormal,
} from "../nn/index.ts";
import type { Family, NetworkOptions } from "./family.ts";
import { gridOf, type Resampling, resizePositions } from "./parts/position-table.ts";
import { timmName } from "./parts/timm-names.ts";
import { TransformerEncoder, type TransformerEncoderOptions } from "./parts/transformer-encoder.ts";

/** The numbers that tell one vision transformer from another. */
export interface VisionTransformerOptions extends TransformerEncoderOptions {
  /** Height and width of the pictures, a multiple of the patches'. */
  readonly imageSize: number;
  readonly patchSize: number;
  readonly numClasses: number;
  /** Learnt tokens beside the class token, which only take part in attention; default 0. */
  readonly registers?: number;
  /** Whether the class token has a row in the table of positions; default true. */
  readonly classPosition?: boolean;
  /** Whose names the state has and whose way of resizing a table of positions is taken; default torchvision's. */
  readonly convention?: "torchvision" | "timm";
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

/**
 * Images [N, 3, H, W] -> logits [N, numClasses]. Parameter names, order and initialisation are torchvision's; by timm's
 * convention the names are timm's.
 */
export class VisionTransformer extends ClassificationNetwork {
  readonly class_token: Parameter;
  readonly register_tokens: Parameter | undefined;
  readonly conv_proj: Conv2d;
  readonly encoder: TransformerEncoder;
  readonly heads: Sequential;
  readonly #imageSize: number;
  /** Side of the grid of patches. */
  readonly #side: number;
  /** Rows of the table of positions that belong to no patch. */
  readonly #placedTokens: number;
  readonly #nameOf: (name: string) => string;
  readonly #resampling: Resampling;

  constructor(options: VisionTransformerOptions) {
    super();
    const { imageSize, patchSize, channels, numClasses, preNorm = false } = options;
    const { registers = 0, classPosition = true, convention = "torchvision" } = options;
    this.#imageSize = dividedSize(imageSize, patchSize);
    this.#side = imageSize / patchSize;
    this.#placedTokens = classPosition ? 1 + registers : 0;
    this.#nameOf = convention === "timm" ? timmName : (name) => name;
    this.#resampling = convention === "timm" ? "antialiased" : "corners";
    const token = (count: number): Parameter =>
      new Parameter([1, count, channels], fill(0), { decays: false });
    this.class_token = token(1);
    this.register_tokens = registers === 0 ? undefined : token(registers);
    this.conv_proj = new Conv2d(3, channels, patchSize, {
      stride: patchSize,
      bias: !preNorm,
      initializer: truncatedNormal(Math.sqrt(1 / (3 * patchSize * patchSize))),
      biasInitializer: fill(0),
    });
    this.encoder = new TransformerEncoder(this.#side ** 2 + this.#placedTokens, options);
    const head = new Linear(channels, numClasses, { initializer: fill(0), biasInitializer: fill(0) });
    this.heads = new Sequential({ head });
  }

  override get classifier(): Sequential {
    return this.heads;
  }

  override get stages(): readonly string[] {
    return super.stages.map(this.#nameOf);
  }

  /** The layer norm before the last attention: behind it only the class token counts. */
  override get mapLayer(): string {
    return `${Array.from(this.encoder.layers.children(), ([name]) => `encoder.layers.${name}`).at(-1)}.ln_1`;
  }

  /** The tokens of patches, row by row, without those before them. */
  override mapOf(output: Value, path: string): Value | undefined {
    const [batch, tokens, channels] = output.shape;
    const others = 1 + (this.register_tokens?.shape[1] ?? 0);
    if (output.shape.length !== 3 || tokens !== others + this.#side ** 2) return super.mapOf(output, path);
    const patches = slice(output, [0, others, 0], [batch!, tokens, channels!]);
    return reshape(transpose(patches, [0, 2, 1]), [batch!, channels!, this.#side, this.#side]);
  }

  /** In torchvision's order, or in timm's, which has tokens and positions first. */
  override *namedState(): Generator<[string, Parameter | Buffer]> {
    const named = Array.from(super.namedState(), ([name, state]) => [this.#nameOf(name), state] as const);
    const isFirst = (name: string): boolean => this.#nameOf === timmName && !name.includes(".");
    for (const [name, state] of named) if (isFirst(name)) yield [name, state];
    for (const [name, state] of named) if (!isFirst(name)) yield [name, state];
  }

  override fitState(name: string, shape: Shape): TensorChange | undefined {
    if (name !== this.#nameOf("encoder.pos_embedding")) return undefined;
    const table = { tokens: this.#placedTokens, channels: this.conv_proj.weight.shape[0]! };
    if (gridOf(shape, table) === undefined) return undefined;
    return (tensor) => resizePositions(tensor, table.tokens, this.#side, this.#resampling);
  }

  override forwardFeatures(x: Value): Value {
    const [height, width] = [sizeOfAxis(x, 2), sizeOfAxis(x, 3)];
    if (height !== this.#imageSize || width !== this.#imageSize) {
      throw wrongSize(this.#imageSize, height, width);
    }
    const map = this.conv_proj.call(x);
    const [batch, channels] = [map.shape[0]!, sizeOfAxis(map, 1)];
    const patches = transpose(reshape(map, [batch, channels, -1]), [0, 2, 1]);
    const tokens = [this.class_token, ...(this.register_tokens === undefined ? [] : [this.register_tokens])];
    const prefix = tokens.map(({ value, shape }) => broadcastTo(value, [batch, shape[1]!, channels]));
    const encoded = this.encoder.call(concat([...prefix, patches], 1));
    return reshape(slice(encoded, [0, 0, 0], [batch, 1, channels]), [batch, channels]);
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

// AugMix: the picture mixed with several augmented versions of itself (Hendrycks et al., 2019).
import * as z from "zod";
import type { RandomStream } from "../../core/index.ts";
import type { Image, ImageSize } from "../../image/image.ts";
import { fillSchema, warpInterpolationSchema } from "../options.ts";
import { dirichlet } from "../pixels/distributions.ts";
import type { Fill, WarpInterpolation } from "../pixels/geometry.ts";
import { ImageTransform } from "../transform.ts";
import {
  type AugmentationSpace,
  applyOperations,
  bits,
  type DrawnOperation,
  drawOperation,
  signed,
  threshold,
} from "./augmentation-space.ts";

/** How many versions there are, and how far they go from the picture; the defaults are torchvision's. */
export interface AugMixOptions {
  /** Largest strength of the operations, 1 to 10. Default 3. */
  readonly severity?: number;
  /** Number of augmented versions. Default 3. */
  readonly mixtureWidth?: number;
  /** Operations of each version; -1 draws 1 to 3. Default -1. */
  readonly chainDepth?: number;
  /** Parameter of the distributions the weights are drawn from. Default 1. */
  readonly alpha?: number;
  /** Whether brightness, colour, contrast and sharpness are among the operations. Default true. */
  readonly allOps?: boolean;
  /** Default "bilinear". */
  readonly interpolation?: WarpInterpolation;
  /** Colour outside the picture. Default 0. */
  readonly fill?: Fill;
}

type Resolved = Required<AugMixOptions>;

const BINS = 10;

const schema: z.ZodType<Resolved> = z.strictObject({
  severity: z.int().min(1).max(BINS).default(3),
  mixtureWidth: z.int().min(1).default(3),
  chainDepth: z.int().default(-1),
  alpha: z.number().positive().default(1),
  allOps: z.boolean().default(true),
  interpolation: warpInterpolationSchema.default("bilinear"),
  fill: fillSchema.default(0),
});

const PARTIAL: AugmentationSpace = new Map([
  ["ShearX", signed(0.3)],
  ["ShearY", signed(0.3)],
  ["TranslateX", signed((width) => width / 3)],
  ["TranslateY", signed((_, height) => height / 3)],
  ["Rotate", signed(30)],
  ["Posterize", bits(4, 4)],
  ["Solarize", threshold],
  ["AutoContrast", undefined],
  ["Equalize", undefined],
]);
const PARTIAL_OPERATIONS = [...PARTIAL];
const ALL_OPERATIONS: typeof PARTIAL_OPERATIONS = [
  ...PARTIAL_OPERATIONS,
  ["Brightness", signed(0.9)],
  ["Color", signed(0.9)],
  ["Contrast", signed(0.9)],
  ["Sharpness", signed(0.9)],
];

/** torchvision's `AugMix`, with Pillow's operations. */
export class AugMix extends ImageTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: AugMixOptions = {}) {
    super(schema, options);
  }

  protected override transform(image: Image, random: RandomStream): Image {
    const { original, augmented, versions } = drawAugMix(this.options, image, random);
    const mixed = Float32Array.from(image.data, (value) => value * original);
    for (const { weight, operations } of versions) {
      const { data } = applyOperations(image, operations, this.options);
      for (let i = 0; i < mixed.length; i++) mixed[i]! += data[i]! * weight * augmented;
    }
    return { ...image, data: Uint8Array.from(mixed, (value) => Math.min(value, 255)) };
  }
}

/** What a picture is mixed of. */
export interface Mixture {
  /** The weight of the picture itself. */
  readonly original: number;
  /** The weight of its augmented versions together. */
  readonly augmented: number;
  /** Those versions, with their shares of that weight. */
  readonly versions: readonly { readonly weight: number; readonly operations: readonly DrawnOperation[] }[];
}

/** The mixture for a picture. */
export function drawAugMix(options: Resolved, size: ImageSize, random: RandomStream): Mixture {
  const { alpha, mixtureWidth } = options;
  const [original, augmented] = dirichlet(alpha, 2, random) as [number, number];
  const weights = dirichlet(alpha, mixtureWidth, random);
  return {
    original,
    augmented,
    versions: weights.map((weight) => ({ weight, operations: drawChain(options, size, random) })),
  };
}

function drawChain(
  { severity, chainDepth, allOps }: Resolved,
  size: ImageSize,
  random: RandomStream,
): DrawnOperation[] {
  const operations = allOps ? ALL_OPERATIONS : PARTIAL_OPERATIONS;
  const depth = chainDepth > 0 ? chainDepth : 1 + random.integer(3);
  const strengths = { bins: BINS, drawn: severity };
  return Array.from({ length: depth }, () => drawOperation(operations, strengths, size, random));
}

// Resize: the shorter side, or both sides, to a given size.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import type { ImageSize } from "../image/image.ts";
import type { Pass } from "../image/kernels/index.ts";
import { antialiasSchema, interpolationSchema, type SizeOption, sizeSchema } from "./options.ts";
import { type Interpolation, resizePasses, sidesFor } from "./pixels/resample.ts";
import { PassTransform } from "./transform.ts";

/** The size to reach: of one side with the aspect ratio kept, or of both. */
export interface ResizeOptions {
  /**
   * One number: the shorter side, the longer follows (truncated). [height, width]: exactly that. null: the longer side
   * is `maxSize`.
   */
  readonly size: SizeOption | null;
  /** Default "bilinear". */
  readonly interpolation?: Interpolation;
  /** Upper limit of the longer side where `size` is one number. Default none. */
  readonly maxSize?: number | null;
  /** Always, so that only `true` is accepted. */
  readonly antialias?: true | null | undefined;
}

type Resolved = Required<Omit<ResizeOptions, "antialias">>;

const schema: z.ZodType<Resolved> = z
  .strictObject({
    size: sizeSchema.nullable(),
    interpolation: interpolationSchema.default("bilinear"),
    maxSize: z.int().min(1).nullable().default(null),
    antialias: antialiasSchema,
  })
  .refine(({ size, maxSize }) => maxSize === null || size === null || Number(size) < maxSize, {
    path: ["maxSize"],
    message: "the longer side's limit is greater than size, which is one number",
  })
  .refine(({ size, maxSize }) => size !== null || maxSize !== null, {
    path: ["size"],
    message: "without a size there must be a limit of the longer side",
  });

/** torchvision's `Resize` on a picture: Pillow's filters, always antialiased. */
export class Resize extends PassTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: ResizeOptions) {
    super(schema, options);
  }

  override passes(image: ImageSize, _random?: RandomStream): readonly Pass[] {
    const { size, interpolation, maxSize } = this.options;
    const [height, width] = typeof size === "object" && size !== null ? size : sidesFor(image, size, maxSize);
    return resizePasses(image, width, height, interpolation);
  }
}

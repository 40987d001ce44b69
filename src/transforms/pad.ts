// Pad: a border around the picture.
import * as z from "zod";
import type { Image } from "../image/image.ts";
import { allSides, fillSchema, type PaddingOption, paddingModeSchema, paddingSchema } from "./options.ts";
import type { Fill } from "./pixels/geometry.ts";
import { type PaddingMode, pad } from "./pixels/padding.ts";
import { ImageTransform } from "./transform.ts";

/** How wide the border is, and what it shows. */
export interface PadOptions {
  /** One number for all sides, [horizontal, vertical], or [left, top, right, bottom]. */
  readonly padding: PaddingOption;
  /** Colour for "constant". Default 0. */
  readonly fill?: Fill;
  /** Default "constant". */
  readonly paddingMode?: PaddingMode;
}

type Resolved = Required<PadOptions>;

const schema: z.ZodType<Resolved> = z.strictObject({
  padding: paddingSchema,
  fill: fillSchema.default(0),
  paddingMode: paddingModeSchema.default("constant"),
});

/** torchvision's `Pad`. */
export class Pad extends ImageTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: PadOptions) {
    super(schema, options);
  }

  protected override transform(image: Image): Image {
    const { padding, fill, paddingMode } = this.options;
    return pad(image, allSides(padding), fill, paddingMode);
  }
}

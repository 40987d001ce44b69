// ToTensor and ToImage: what torchvision's lists of transforms say besides ToDtype.
import * as z from "zod";
import { parseOptions } from "../core/index.ts";
import { ToDtype } from "./to-dtype.ts";
import { PassTransform } from "./transform.ts";

/** torchvision's `ToTensor`: `ToDtype` with its defaults, and described as that. */
export class ToTensor extends ToDtype {
  static override readonly schema: typeof ToDtype.schema = z
    .strictObject({})
    .transform(() => new ToDtype().options);

  constructor(options: object = {}) {
    super(parseOptions("ToTensor", ToTensor.schema, options));
  }
}

const none: z.ZodType<object> = z.strictObject({});

/** torchvision's `ToImage`: what it makes of a picture, a picture here is from the start. */
export class ToImage extends PassTransform<object> {
  static readonly schema: z.ZodType<object> = none;

  constructor(options: object = {}) {
    super(none, options);
  }

  override passes(): readonly [] {
    return [];
  }
}

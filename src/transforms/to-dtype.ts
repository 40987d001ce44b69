// ToDtype: from 8-bit channels-last to a float32 tensor of shape [3, height, width].
import * as z from "zod";
import { parseOptions, type RandomStream } from "../core/index.ts";
import { type ImageTensor, isImage, type Pixels } from "../image/image.ts";
import type { Scaling } from "../image/kernels/index.ts";
import { toTensor } from "./pixels/to-tensor.ts";
import type { Transform, TransformDescription } from "./transform.ts";

/** Whether values are scaled; the element type is there for torchvision's sake. */
export interface ToDtypeOptions {
  /** Only "float32". */
  readonly dtype?: "float32";
  /** Whether 0..255 becomes 0..1. Default true. */
  readonly scale?: boolean;
}

type Resolved = Required<ToDtypeOptions>;

const schema: z.ZodType<Resolved> = z.strictObject({
  dtype: z
    .preprocess((name) => (name === "torch.float32" ? "float32" : name), z.literal("float32"))
    .default("float32"),
  scale: z.boolean().default(true),
});

/** torchvision's `ToDtype` and `ToImage` in one; a tensor passes unchanged. */
export class ToDtype implements Transform {
  static readonly schema: z.ZodType<Resolved> = schema;
  readonly options: Resolved;

  constructor(options: ToDtypeOptions = {}) {
    this.options = parseOptions("ToDtype", schema, options);
  }

  apply(input: Pixels, _random?: RandomStream, output?: Float32Array): ImageTensor {
    if (!isImage(input)) return input;
    return toTensor(input, [], this.scaling(), output);
  }

  /** The arithmetic from a level to its float32. */
  scaling(): Scaling {
    return { scale: this.options.scale ? 1 / 255 : 1, mean: [0, 0, 0], deviation: [1, 1, 1] };
  }

  describe(): TransformDescription {
    return { name: "ToDtype", options: { ...this.options } };
  }
}

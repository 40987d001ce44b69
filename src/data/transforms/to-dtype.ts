// ToDtype: from 8-bit channels-last to a float32 tensor of shape [3, height, width].
import { z } from "zod";
import { hostTensor, type RandomStream } from "../../core/index.ts";
import { type Image, type ImageTensor, isImage, type Pixels } from "../image.ts";
import { pixelKernels } from "../kernels/index.ts";
import { parseOptions, type Transform, type TransformDescription } from "./transform.ts";

export interface ToDtypeOptions {
  /** Only "float32". */
  readonly dtype?: "float32";
  /** Whether 0..255 becomes 0..1. Default true. */
  readonly scale?: boolean;
}

type Resolved = Required<ToDtypeOptions>;

const schema: z.ZodType<Resolved> = z.strictObject({
  dtype: z.literal("float32").default("float32"),
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
    const table = this.table();
    return toTensor(input, [table, table, table], output);
  }

  /** The float32 that each of the 256 values becomes. */
  table(): Float32Array {
    const factor = this.options.scale ? Math.fround(1 / 255) : 1;
    return Float32Array.from({ length: 256 }, (_, value) => value * factor);
  }

  describe(): TransformDescription {
    return { name: "ToDtype", options: { ...this.options } };
  }
}

/** The picture as a [3, height, width] tensor, each channel through its table; in `output` where that has its length. */
export function toTensor(
  { width, height, data }: Image,
  tables: readonly [Float32Array, Float32Array, Float32Array],
  output?: Float32Array,
): ImageTensor {
  const out = output?.length === data.length ? output : new Float32Array(data.length);
  pixelKernels().toPlanes(data, tables, out);
  return hostTensor("float32", [3, height, width], out);
}

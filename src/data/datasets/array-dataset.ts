// A data set in memory: pixels of equal size one after the other, as arrays and binary data sets hold them.
import * as z from "zod";
import { ClassifierTrainingError, LabelSets, parseOptions, type SampleLabels } from "../../core/index.ts";
import type { ImageSource, PixelLayout } from "../../image/image-source.ts";
import type { SplittableDataset } from "../modules/auto-split.ts";

/** The pictures, their labels, and how the bytes are laid out. */
export interface ArrayDatasetOptions {
  /** Class names; a label is an index into them. */
  readonly classes: readonly string[];
  /** Class index of every picture, or the labels of each. */
  readonly labels: ArrayLike<number> | LabelSets;
  /** In pixels, the same for all. */
  readonly width: number;
  readonly height: number;
  readonly layout: PixelLayout;
  /** Bytes of all pictures. In shared memory the worker threads read them without a copy. */
  readonly pixels: Uint8Array;
  /** Bytes before the first picture and from one picture's beginning to the next; default 0 and the picture's size. */
  readonly offset?: number;
  readonly stride?: number;
}

const SAMPLES: Readonly<Record<PixelLayout, number>> = { grey: 1, rgb: 3, planar: 3 };

const schema = z.strictObject({
  classes: z.array(z.string()).readonly(),
  labels: z.custom<ArrayLike<number> | LabelSets>(
    (value) => Array.isArray(value) || ArrayBuffer.isView(value) || value instanceof LabelSets,
    "labels are an array of class indices, or LabelSets",
  ),
  width: z.int().min(1),
  height: z.int().min(1),
  layout: z.enum(["grey", "rgb", "planar"]),
  pixels: z.instanceof(Uint8Array, { error: "pixels are a Uint8Array" }),
  offset: z.int().min(0).default(0),
  stride: z.int().min(1).optional(),
});

/** Pictures in memory. */
export class ArrayDataset implements SplittableDataset {
  readonly classes: readonly string[];
  readonly labels: SampleLabels;
  readonly files: readonly string[];
  readonly #options: Required<ArrayDatasetOptions>;

  /** @throws ClassifierTrainingError `OPTIONS`, or `ARRAY_SIZE` where labels and pixels do not go together */
  constructor(options: ArrayDatasetOptions) {
    const { stride, ...given } = parseOptions("ArrayDataset", schema, options);
    const size = given.width * given.height * SAMPLES[given.layout];
    this.#options = { ...given, stride: stride ?? size };
    this.classes = given.classes;
    this.labels = checkedLabels(given.labels, given.classes);
    const { length } = this.labels;
    this.files = Array.from({ length }, (_, index) => String(index));
    const needed = length === 0 ? 0 : given.offset + (length - 1) * this.#options.stride + size;
    if (needed > given.pixels.length) {
      throw sizeError(`${length} pictures of ${size} bytes do not fit into ${given.pixels.length} bytes`);
    }
  }

  source(index: number): ImageSource {
    const { width, height, layout, pixels, offset, stride } = this.#options;
    const start = offset + index * stride;
    const size = width * height * SAMPLES[layout];
    return { kind: "pixels", width, height, layout, data: pixels.subarray(start, start + size) };
  }

  name(index: number): string {
    return `picture ${index}`;
  }
}

function checkedLabels(given: ArrayLike<number> | LabelSets, classes: readonly string[]): SampleLabels {
  if (given instanceof LabelSets) {
    if (given.width === classes.length) return given;
    throw sizeError(`pictures have entries for ${given.width} labels, there are ${classes.length} classes`);
  }
  const labels = Array.from(given);
  const wrong = labels.findIndex(
    (label) => !(Number.isInteger(label) && label >= 0 && label < classes.length),
  );
  if (wrong < 0) return Int32Array.from(labels);
  throw sizeError(`label ${labels[wrong]} of picture ${wrong} is no index of the ${classes.length} classes`);
}

function sizeError(message: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "ARRAY_SIZE", message, { where: "ArrayDataset" });
}

// A data set in memory: pixels of equal size one after the other, as binary data sets hold them.
import { ClassifierTrainingError } from "../core/index.ts";
import type { SplittableDataset } from "./auto-split.ts";
import type { ImageSource } from "./dataset.ts";

export interface ArrayDatasetOptions {
  readonly classes: readonly string[];
  /** Class index of every picture. */
  readonly labels: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
  /** Grey: one byte a pixel; planar: all red bytes of a picture, then green, then blue. */
  readonly layout: "grey" | "planar";
  /** Bytes of all pictures. In shared memory the worker threads read them without a copy. */
  readonly pixels: Uint8Array;
  /** Bytes before the first picture and from one picture's beginning to the next; default 0 and the picture's size. */
  readonly offset?: number;
  readonly stride?: number;
}

/** Pictures in memory. */
export class ArrayDataset implements SplittableDataset {
  readonly classes: readonly string[];
  readonly labels: Int32Array;
  readonly files: readonly string[];
  readonly #options: Required<ArrayDatasetOptions>;

  /** @throws ClassifierTrainingError `ARRAY_SIZE` where labels and pixels do not go together */
  constructor(options: ArrayDatasetOptions) {
    const size = options.width * options.height * (options.layout === "planar" ? 3 : 1);
    this.#options = { offset: 0, stride: size, ...options };
    this.classes = options.classes;
    this.labels = Int32Array.from(options.labels);
    this.files = Array.from(this.labels, (_, index) => String(index));
    const { offset, stride, pixels } = this.#options;
    const needed = this.labels.length === 0 ? 0 : offset + (this.labels.length - 1) * stride + size;
    if (needed > pixels.length || this.labels.some((label) => label < 0 || label >= this.classes.length)) {
      throw new ClassifierTrainingError(
        "data",
        "ARRAY_SIZE",
        "the labels do not fit the pictures or the classes",
      );
    }
  }

  source(index: number): ImageSource {
    const { width, height, layout, pixels, offset, stride } = this.#options;
    const start = offset + index * stride;
    const size = width * height * (layout === "planar" ? 3 : 1);
    return { kind: "pixels", width, height, layout, data: pixels.subarray(start, start + size) };
  }

  name(index: number): string {
    return `picture ${index}`;
  }
}

// What a data set is to the loader: labelled pictures, each with a place to read it from.
import type { Image } from "./image.ts";

/** Grey: one byte a pixel; rgb: three; planar: all red bytes of a picture, then green, then blue. */
export type PixelLayout = "grey" | "rgb" | "planar";

/** Where one picture's bytes or pixels come from. Plain data, so that it can be sent to a worker thread. */
export type ImageSource =
  /** A file with one picture. */
  | { readonly kind: "file"; readonly path: string }
  /** A picture's encoded bytes in memory. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** A part of a file: a picture in a tar archive. */
  | { readonly kind: "slice"; readonly path: string; readonly offset: number; readonly length: number }
  /** An entry of a zip archive, by the offset of its header. */
  | {
      readonly kind: "zip";
      readonly path: string;
      readonly offset: number;
      readonly length: number;
      readonly unpackedLength: number;
      readonly deflated: boolean;
    }
  /** Pixels as arrays hold them. */
  | {
      readonly kind: "pixels";
      readonly width: number;
      readonly height: number;
      readonly layout: PixelLayout;
      readonly data: Uint8Array;
    }
  /** A decoded picture in memory. */
  | { readonly kind: "image"; readonly image: Image };

export interface ImageDataset {
  /** Class names; a label is an index into them. */
  readonly classes: readonly string[];
  /** The class index of every picture. */
  readonly labels: Int32Array;
  /** Where to read picture `index`. */
  source(index: number): ImageSource | Promise<ImageSource>;
  /** What to call picture `index` in messages and lists: its path, where it has one. */
  name(index: number): string;
}

/** Number of pictures of each class. */
export function countClasses(labels: Int32Array, classes: number): Int32Array {
  const counts = new Int32Array(classes);
  for (const label of labels) counts[label]!++;
  return counts;
}

/** The pictures of `dataset` at `indices`, in that order, without copying any. */
export function subset(dataset: ImageDataset, indices: ArrayLike<number>): ImageDataset {
  const chosen = Uint32Array.from(indices);
  return {
    classes: dataset.classes,
    labels: Int32Array.from(chosen, (index) => dataset.labels[index]!),
    source: (index) => dataset.source(chosen[index]!),
    name: (index) => dataset.name(chosen[index]!),
  };
}

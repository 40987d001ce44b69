// What a data set is to the loader: labelled pictures, each with a place to read it from.
import type { ImageSource } from "../../image/index.ts";

/** Labelled pictures that are read one at a time, in any order. */
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

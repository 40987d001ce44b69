// What a data set is to the loader: labelled pictures, each with a place to read it from.
import { labelsOf, type SampleLabels, selectLabels } from "../../core/index.ts";
import type { ImageSource } from "../../image/index.ts";

/** Labelled pictures that are read one at a time, in any order. */
export interface ImageDataset {
  /** Names of the classes, or of the labels; a label is an index into them. */
  readonly classes: readonly string[];
  /** The class index of every picture, or the labels of each. */
  readonly labels: SampleLabels;
  /** Where to read picture `index`. */
  source(index: number): ImageSource | Promise<ImageSource>;
  /** What to call picture `index` in messages and lists: its path, where it has one. */
  name(index: number): string;
}

/** What picture `index` is labelled as: its class, or all its labels. */
export function labelText({ classes, labels }: ImageDataset, index: number): string {
  const names = labelsOf(labels, index).map((label) => classes[label]!);
  return names.length === 0 ? "no label" : names.join(", ");
}

/** The pictures of `dataset` at `indices`, in that order, without copying any. */
export function subset(dataset: ImageDataset, indices: ArrayLike<number>): ImageDataset {
  const chosen = Uint32Array.from(indices);
  return {
    classes: dataset.classes,
    labels: selectLabels(dataset.labels, chosen),
    source: (index) => dataset.source(chosen[index]!),
    name: (index) => dataset.name(chosen[index]!),
  };
}

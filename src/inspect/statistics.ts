// What a data set holds: counts by class and part, sizes, mean and deviation of the channels.

import { countClasses, LabelSets } from "../core/index.ts";
import type { ImageDataset } from "../data/datasets/dataset.ts";
import type { DatasetSplits } from "../data/modules/data-module.ts";
import type { DecodeOptions } from "../image/decode.ts";
import { readImage } from "../image/read-image.ts";
import {
  coOccurrence,
  frequentPairs,
  type LabelPair,
  type LabelStatistics,
  labelStatistics,
} from "./label-statistics.ts";

/** The parts of a data set, as folders and messages name them. */
export type Part = "train" | "val" | "test";

/** The parts of a data set that are there, in order. */
export function partsOf(splits: DatasetSplits): [Part, ImageDataset][] {
  const parts: [Part, ImageDataset | undefined][] = [
    ["train", splits.train],
    ["val", splits.val],
    ["test", splits.test],
  ];
  return parts.filter((part): part is [Part, ImageDataset] => part[1] !== undefined);
}

/** Smallest, middle and largest of a side, in pixels. */
export interface SizeRange {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Pictures of the same width and height. */
export interface SizeCount {
  readonly width: number;
  readonly height: number;
  readonly count: number;
}

/** Counts of all pictures, and sizes and colours of those of the training part that were looked at. */
export interface DataStatistics {
  readonly classes: readonly string[];
  /** Pictures, by part. */
  readonly pictures: Readonly<Partial<Record<Part, number>>>;
  /** Pictures of each class, or with each label, by part. */
  readonly counts: Readonly<Partial<Record<Part, readonly number[]>>>;
  /** Where pictures may have several labels; else null. */
  readonly labelSets: LabelSetStatistics | null;
  /** Most common class by rarest, in training. */
  readonly imbalance: number;
  /** Of the pictures looked at: their number, how many could not be read, and the sizes of the others in pixels. */
  readonly sampled: number;
  readonly unreadable: number;
  /** Null, as everything below, where none could be read. */
  readonly width: SizeRange | null;
  readonly height: SizeRange | null;
  /** Most frequent first; empty where no picture could be read. */
  readonly sizes: readonly SizeCount[];
  /** Of red, green and blue over all pixels of the training pictures looked at, in 0..1. */
  readonly mean: readonly [number, number, number] | null;
  readonly std: readonly [number, number, number] | null;
}

/** The labels of pictures that may have several. */
export interface LabelSetStatistics {
  readonly parts: Readonly<Partial<Record<Part, LabelStatistics>>>;
  /** Of training: `[a][b]` pictures that have both labels, `[a][a]` those that have `a`. */
  readonly coOccurrence: readonly (readonly number[])[];
  /** Of training: the labels that most often come together, at most 20 pairs. */
  readonly pairs: readonly LabelPair[];
}

const MOST_PAIRS = 20;

/** How many pictures are read, and how. */
export interface StatisticsOptions {
  /** Training pictures to look at, evenly spread; default 1000. Infinity looks at all. */
  readonly samples?: number;
  readonly read?: DecodeOptions;
}

/** Counts everything, and reads a sample of the training pictures for sizes and colours. */
export async function datasetStatistics(
  splits: DatasetSplits,
  { samples = 1000, read }: StatisticsOptions = {},
): Promise<DataStatistics> {
  const { train } = splits;
  const parts = partsOf(splits);
  const counts: DataStatistics["counts"] = Object.fromEntries(
    parts.map(([part, { labels, classes }]) => [part, [...countClasses(labels, classes.length)]]),
  );
  const trainCounts = counts.train!;
  const widths: number[] = [];
  const heights: number[] = [];
  const channels = new ChannelMoments();
  let unreadable = 0;
  const indices = evenly(train.labels.length, samples);
  for (const index of indices) {
    const image = await readImage(await train.source(index), train.name(index), read).catch(() => undefined);
    if (image === undefined) {
      unreadable++;
      continue;
    }
    widths.push(image.width);
    heights.push(image.height);
    channels.add(image.data);
  }
  const sizes = countSizes(widths, heights);
  return {
    classes: train.classes,
    pictures: Object.fromEntries(parts.map(([part, { labels }]) => [part, labels.length])),
    counts,
    labelSets: labelSetsOf(parts),
    imbalance: Math.max(...trainCounts) / Math.max(1, Math.min(...trainCounts)),
    sampled: indices.length,
    unreadable,
    width: rangeOf(widths),
    height: rangeOf(heights),
    sizes,
    mean: channels.mean,
    std: channels.std,
  };
}

function labelSetsOf(parts: readonly [Part, ImageDataset][]): LabelSetStatistics | null {
  const sets = parts.flatMap(([part, { labels }]): [Part, LabelSets][] =>
    labels instanceof LabelSets ? [[part, labels]] : [],
  );
  const [first] = sets;
  if (first === undefined) return null;
  const together = coOccurrence(first[1]);
  return {
    parts: Object.fromEntries(sets.map(([part, labels]) => [part, labelStatistics(labels)])),
    coOccurrence: together,
    pairs: frequentPairs(together, MOST_PAIRS),
  };
}

/** So many indices below `length`, evenly spread. */
export function evenly(length: number, samples: number): number[] {
  const count = Math.min(length, samples);
  return Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
}

function countSizes(widths: readonly number[], heights: readonly number[]): SizeCount[] {
  const counts = new Map<string, SizeCount>();
  for (const [i, width] of widths.entries()) {
    const height = heights[i]!;
    const key = `${width} ${height}`;
    counts.set(key, { width, height, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

function rangeOf(values: number[]): SizeRange | null {
  if (values.length === 0) return null;
  const sorted = values.sort((a, b) => a - b);
  return { min: sorted[0]!, median: sorted[sorted.length >> 1]!, max: sorted.at(-1)! };
}

/** Sums and sums of squares by channel; exact for 2^37 pixels and more. */
class ChannelMoments {
  readonly #sum = [0, 0, 0];
  readonly #squares = [0, 0, 0];
  #pixels = 0;

  add(data: Uint8Array): void {
    for (let channel = 0; channel < 3; channel++) {
      let [sum, squares] = [0, 0];
      for (let i = channel; i < data.length; i += 3) {
        const value = data[i]!;
        sum += value;
        squares += value * value;
      }
      this.#sum[channel]! += sum;
      this.#squares[channel]! += squares;
    }
    this.#pixels += data.length / 3;
  }

  get mean(): [number, number, number] | null {
    return this.#each((channel) => this.#sum[channel]! / 255 / this.#pixels);
  }

  get std(): [number, number, number] | null {
    const { mean } = this;
    if (mean === null) return null;
    return this.#each((channel) =>
      Math.sqrt(Math.max(0, this.#squares[channel]! / 255 ** 2 / this.#pixels - mean[channel]! ** 2)),
    );
  }

  #each(value: (channel: number) => number): [number, number, number] | null {
    return this.#pixels === 0 ? null : [value(0), value(1), value(2)];
  }
}

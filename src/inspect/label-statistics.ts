// What sets of labels look like: how many a picture has, and which come together.
import { type LabelSets, UNKNOWN } from "../core/index.ts";

/** The label sets of one part of a data set. */
export interface LabelStatistics {
  /** Mean number of labels of a picture. */
  readonly cardinality: number;
  /** That by the number of labels there are, 0 to 1. */
  readonly density: number;
  /** Number of different sets of labels. */
  readonly distinctSets: number;
  /** Pictures that have none. */
  readonly withoutLabels: number;
  /** Entries of which nothing is known, of pictures times labels. */
  readonly unknown: number;
}

/** Two labels, by their indices, and how many pictures have both. */
export interface LabelPair {
  readonly first: number;
  readonly second: number;
  readonly count: number;
}

/** Measures the label sets of pictures (Tsoumakas and Katakis, "Multi-label classification: an overview", 2007). */
export function labelStatistics(labels: LabelSets): LabelStatistics {
  const sets = new Set<string>();
  let [present, withoutLabels] = [0, 0];
  for (const sample of labels.keys()) {
    const own = labels.present(sample);
    sets.add(own.join());
    present += own.length;
    if (own.length === 0) withoutLabels++;
  }
  const cardinality = present / Math.max(1, labels.length);
  return {
    cardinality,
    density: cardinality / Math.max(1, labels.width),
    distinctSets: sets.size,
    withoutLabels,
    unknown: labels.data.reduce((count, entry) => count + Number(entry === UNKNOWN), 0),
  };
}

/** `[a][b]`: pictures that have both labels; `[a][a]`: those that have `a`. */
export function coOccurrence(labels: LabelSets): number[][] {
  const counts = Array.from({ length: labels.width }, () => new Array<number>(labels.width).fill(0));
  for (const sample of labels.keys()) {
    const own = labels.present(sample);
    for (const a of own) for (const b of own) counts[a]![b]!++;
  }
  return counts;
}

/** Pairs of labels that pictures have together, most frequent first. */
export function frequentPairs(counts: readonly (readonly number[])[], most: number): LabelPair[] {
  const pairs = counts.flatMap((row, first) =>
    row.slice(0, first).map((count, second) => ({ first: second, second: first, count })),
  );
  return pairs
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || a.first - b.first || a.second - b.second)
    .slice(0, most);
}

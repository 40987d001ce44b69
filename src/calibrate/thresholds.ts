// From which probability on a label is there: thresholds chosen on pictures whose labels are known.
import { type LabelSets, PRESENT, UNKNOWN } from "../core/index.ts";
import { DEFAULT_THRESHOLD, isPresent } from "../tasks/multi-label/presence.ts";

/**
 * What a threshold is chosen for: the best F-beta; the most labels found with at least this share of those said right; or the
 * largest share of those said right with at least this share of labels found.
 */
export type ThresholdGoal =
  | { readonly fbeta: number }
  | { readonly precision: number }
  | { readonly recall: number };

/** Why a threshold stays 0.5. */
export type KeptThreshold = "never present" | "all alike" | "out of reach";

/** A threshold, and why it was not chosen, where that is so. */
export interface ChosenThreshold {
  readonly threshold: number;
  readonly kept?: KeptThreshold;
}

/** What a threshold brings with the pictures of which a label is known. */
export interface PresenceCounts {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
}

/** Probabilities of labels, and which are there. */
export interface LabelledProbabilities {
  /** Row-major [N, labels]. */
  readonly probabilities: Float64Array;
  readonly labels: LabelSets;
}

/** A threshold for each label, or the one of all labels together, for each. */
export function chooseThresholds(
  samples: LabelledProbabilities,
  goal: ThresholdGoal,
  scope: "per_label" | "global",
): ChosenThreshold[] {
  const all = Array.from({ length: samples.labels.width }, (_, label) => label);
  if (scope === "per_label") return all.map((label) => chosen(entriesOf(samples, [label]), goal));
  const threshold = chosen(entriesOf(samples, all), goal);
  return all.map(() => threshold);
}

/** What thresholds bring, label by label. */
export function countPresence(
  { probabilities, labels: { data, width } }: LabelledProbabilities,
  thresholds: readonly number[] | undefined,
): PresenceCounts[] {
  const counts = Array.from({ length: width }, () => ({ tp: 0, fp: 0, fn: 0 }));
  for (const [i, entry] of data.entries()) {
    if (entry === UNKNOWN) continue;
    const own = counts[i % width]!;
    const said = isPresent(probabilities[i]!, thresholds?.[i % width]);
    if (entry === PRESENT) said ? own.tp++ : own.fn++;
    else if (said) own.fp++;
  }
  return counts;
}

/** `(1 + b^2) tp / ((1 + b^2) tp + b^2 fn + fp)`; 0 where the label neither is there nor is said to be. */
export function fbetaOf({ tp, fp, fn }: PresenceCounts, beta: number): number {
  const weighted = (1 + beta ** 2) * tp;
  return tp === 0 ? 0 : weighted / (weighted + beta ** 2 * fn + fp);
}

interface Entry {
  readonly probability: number;
  readonly present: boolean;
}

/** Those that are known, the likeliest first. */
function entriesOf(
  { probabilities, labels: { data, width } }: LabelledProbabilities,
  labels: readonly number[],
): Entry[] {
  const entries: Entry[] = [];
  for (let row = 0; row < data.length; row += width) {
    for (const label of labels) {
      const entry = data[row + label]!;
      if (entry === UNKNOWN) continue;
      entries.push({ probability: probabilities[row + label]!, present: entry === PRESENT });
    }
  }
  return entries.sort((a, b) => b.probability - a.probability);
}

/**
 * Tries every place between two different probabilities, of which the middle is taken; equal ones are treated alike. Of equally good
 * places the highest.
 */
function chosen(entries: readonly Entry[], goal: ThresholdGoal): ChosenThreshold {
  const positives = entries.filter(({ present }) => present).length;
  if (positives === 0) return { threshold: DEFAULT_THRESHOLD, kept: "never present" };
  if (entries[0]!.probability === entries.at(-1)!.probability)
    return { threshold: DEFAULT_THRESHOLD, kept: "all alike" };
  let best: { readonly worth: Worth; readonly threshold: number } | undefined;
  let tp = 0;
  for (const [i, { probability, present }] of entries.entries()) {
    if (present) tp++;
    const next = entries[i + 1]?.probability ?? 0;
    if (next === probability) continue;
    const worth = worthOf({ tp, fp: i + 1 - tp, fn: positives - tp }, goal);
    if (worth === undefined || (best !== undefined && !isMore(worth, best.worth))) continue;
    const middle = (probability + next) / 2;
    best = { worth, threshold: middle < probability ? middle : next };
  }
  return best === undefined
    ? { threshold: DEFAULT_THRESHOLD, kept: "out of reach" }
    : { threshold: best.threshold };
}

/** How good a place is; of equals in the first the second decides. */
type Worth = readonly [first: number, second: number];

/** Undefined where the goal is not reached. */
function worthOf(counts: PresenceCounts, goal: ThresholdGoal): Worth | undefined {
  const { tp, fp, fn } = counts;
  const [precision, recall] = [tp / (tp + fp), tp / (tp + fn)];
  if ("fbeta" in goal) return [fbetaOf(counts, goal.fbeta), 0];
  if ("precision" in goal) return precision >= goal.precision ? [recall, precision] : undefined;
  return recall >= goal.recall ? [precision, recall] : undefined;
}

function isMore(a: Worth, b: Worth): boolean {
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
}

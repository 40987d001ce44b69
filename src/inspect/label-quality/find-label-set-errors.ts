// Ranks samples that may have several labels by how likely one of these is wrong: each label by itself, against the rest.
import { ABSENT, LabelSets, PRESENT, UNKNOWN } from "../../core/index.ts";
import { bySuspicion, findLabelErrors, type LabelErrorOptions } from "./find-label-errors.ts";

/** What a model says of samples that may have several labels. */
export interface PredictedLabelSets {
  /** Row-major [samples, labels]: the probability that a sample has the label. */
  readonly probabilities: ArrayLike<number>;
  readonly labels: LabelSets;
}

/** One label of a sample that the model contradicts. */
export interface SuspiciousEntry {
  readonly label: number;
  /** Whether the sample has it, as it is given; the model says the opposite. */
  readonly isGiven: boolean;
  readonly score: number;
  readonly isError: boolean;
}

/** A sample with such labels. */
export interface SuspiciousLabelSet {
  /** Position of the sample. */
  readonly sample: number;
  /** The worst one first. */
  readonly entries: readonly SuspiciousEntry[];
  /** That of the worst label. */
  readonly score: number;
  readonly isError: boolean;
}

/**
 * Samples with labels that the model contradicts, as `findLabelErrors` finds and ranks them for each label as two classes, present and
 * absent. Entries of which nothing is known are left out.
 * @throws ClassifierTrainingError kind "data" `LABEL_QUALITY`
 */
export function findLabelSetErrors(
  { probabilities, labels }: PredictedLabelSets,
  options: LabelErrorOptions = {},
): SuspiciousLabelSet[] {
  const entriesOf = new Map<number, SuspiciousEntry[]>();
  for (let label = 0; label < labels.width; label++) {
    const samples = [...labels.keys()].filter((sample) => labels.row(sample)[label] !== UNKNOWN);
    const given = samples.map((sample) => labels.row(sample)[label]!);
    const rows = samples.flatMap((sample) => {
      const present = probabilities[sample * labels.width + label]!;
      return [1 - present, present];
    });
    const found = findLabelErrors({ probabilities: rows, labels: given, classes: 2 }, options);
    for (const { sample: position, given: entry, score, isError } of found) {
      const sample = samples[position]!;
      const entries = entriesOf.get(sample) ?? [];
      entriesOf.set(sample, entries);
      entries.push({ label, isGiven: entry === PRESENT, score, isError });
    }
  }
  return Array.from(entriesOf, ([sample, entries]) => {
    const [worst, ...others] = entries.sort(bySuspicion) as [SuspiciousEntry, ...SuspiciousEntry[]];
    return { sample, entries: [worst, ...others], score: worst.score, isError: worst.isError };
  }).sort(bySuspicion);
}

/** The labels of a sample with those turned that the model is counted to be right about; where there are none, the worst one. */
export function suggestedLabels(labels: LabelSets, { sample, entries }: SuspiciousLabelSet): number[] {
  const turned = entries.filter(({ isError }, i) => isError || i === 0);
  const row = Int8Array.from(labels.row(sample));
  for (const { label, isGiven } of turned) row[label] = isGiven ? ABSENT : PRESENT;
  return new LabelSets(labels.width, row).present(0);
}

// How labels and mistakes come together: what is present in the same samples, and what is missed or added beside what.
import { ABSENT, PRESENT } from "../../core/index.ts";

const TABLES = ["together", "missed", "missedBoth", "absent", "extra"] as const;
const TOTALS = ["absences", "extras"] as const;

/**
 * Numbers of samples. Tables are row-major [L, L]; of the samples that have the label of the row, those
 * - `together`: that have the label of the column too,
 * - `missed`: that have it, and it is not predicted,
 * - `missedBoth`: in which neither of the two is predicted though both are present,
 * - `absent`: that have not the label of the column,
 * - `extra`: that have it not, and it is predicted.
 *
 * Of all samples, for each label: `absences`, those that have it not, and `extras`, those of them in which it is predicted.
 */
export type LabelPairCounts = Readonly<
  Record<(typeof TABLES)[number] | (typeof TOTALS)[number], Float64Array>
>;

/** Right and wrong predictions of one label. */
export interface LabelConfusion {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
}

/** Counts them, sample by sample; entries that are not known do not count. */
export class LabelPairs {
  readonly numLabels: number;
  readonly counts: LabelPairCounts;

  constructor(numLabels: number) {
    this.numLabels = numLabels;
    this.counts = Object.fromEntries([
      ...TABLES.map((name) => [name, new Float64Array(numLabels * numLabels)]),
      ...TOTALS.map((name) => [name, new Float64Array(numLabels)]),
    ]) as LabelPairCounts;
  }

  /**
   * Adds a sample.
   * @param truth an entry for each label: 1 present, 0 absent, -1 not known
   * @param predicted whether a label is predicted
   */
  add(truth: ArrayLike<number>, predicted: (label: number) => boolean): void {
    const { together, missed, missedBoth, absent, extra, absences, extras } = this.counts;
    const said = Array.from({ length: this.numLabels }, (_, label) => predicted(label));
    for (let label = 0; label < this.numLabels; label++) {
      if (truth[label] === ABSENT) {
        absences[label]!++;
        if (said[label]) extras[label]!++;
      }
      if (truth[label] !== PRESENT) continue;
      for (let other = 0; other < this.numLabels; other++) {
        const cell = label * this.numLabels + other;
        if (truth[other] === PRESENT) {
          together[cell]!++;
          if (said[other]) continue;
          missed[cell]!++;
          if (!said[label]) missedBoth[cell]!++;
        } else if (truth[other] === ABSENT) {
          absent[cell]!++;
          if (said[other]) extra[cell]!++;
        }
      }
    }
  }

  /** Adds what was counted of other samples. */
  merge(counts: LabelPairCounts): void {
    for (const name of [...TABLES, ...TOTALS])
      for (const [cell, count] of counts[name].entries()) this.counts[name][cell]! += count;
  }

  /** The predictions of one label by themselves. */
  of(label: number): LabelConfusion {
    const { together, missed, absences, extras } = this.counts;
    const own = label * (this.numLabels + 1);
    const [present, fn, negatives, fp] = [together[own]!, missed[own]!, absences[label]!, extras[label]!];
    return { tp: present - fn, fp, fn, tn: negatives - fp };
  }
}

// Which labels to doubt: as many of each kind as the confident joint counts, those first that the model contradicts most.
import { CLOSE, type Joint, type PredictedLabels, roundKeepingSum } from "./confident-joint.ts";

/**
 * By the names of cleanlab. `prune_by_noise_rate`: for each pair of a given class i and another class j as many as the joint counts,
 * by the largest p_j - p_i. `prune_by_class`: of each given class as many as the joint counts elsewhere, by the smallest p_i. `both`: those
 * that the two agree on.
 */
export type LabelFilter = "prune_by_noise_rate" | "prune_by_class" | "both";

/** The names of the filters. */
export const LABEL_FILTERS: readonly LabelFilter[] = ["prune_by_noise_rate", "prune_by_class", "both"];

/**
 * The samples whose labels are doubted (Northcutt, Jiang and Chuang 2021, section 3.2). One of each class is always left, and no
 * label is doubted that the model itself predicts.
 * @param joint what `confidentJoint` counts
 */
export function doubtedLabels(
  { probabilities, labels, classes }: PredictedLabels,
  joint: Joint,
  filter: LabelFilter,
): Set<number> {
  const probability = (sample: number, k: number): number => probabilities[sample * classes + k]!;
  const counts = leaveOneEach(joint);
  const samplesOf: number[][] = Array.from({ length: classes }, () => []);
  for (let sample = 0; sample < labels.length; sample++) samplesOf[labels[sample]!]!.push(sample);
  const first = (samples: readonly number[], count: number, rank: (sample: number) => number): number[] =>
    count === 0 ? [] : samples.toSorted((a, b) => rank(a) - rank(b)).slice(0, count);
  const byNoiseRate = (given: number, samples: readonly number[]): number[] =>
    counts.flatMap((of, other) =>
      other === given
        ? []
        : first(samples, of[given]!, (sample) => probability(sample, given) - probability(sample, other)),
    );
  const byClass = (given: number, samples: readonly number[]): number[] =>
    first(samples, Math.max(samples.length - counts[given]![given]!, 0), (sample) =>
      probability(sample, given),
    );
  const doubted = samplesOf.flatMap((samples, given) => {
    if (samples.length <= 1) return [];
    if (filter === "prune_by_noise_rate") return byNoiseRate(given, samples);
    const ofClass = byClass(given, samples);
    if (filter === "prune_by_class") return ofClass;
    const both = new Set(byNoiseRate(given, samples));
    return ofClass.filter((sample) => both.has(sample));
  });
  const isPredicted = (sample: number): boolean => {
    const own = probability(sample, labels[sample]!) + CLOSE;
    for (let k = 0; k < classes; k++) if (k !== labels[sample] && probability(sample, k) > own) return false;
    return true;
  };
  return new Set(doubted.filter((sample) => !isPredicted(sample)));
}

/** Counts [true class, given class] with at least one of each class on the diagonal, as cleanlab makes them. */
function leaveOneEach(joint: Joint): number[][] {
  const columns = joint.map((row, given) => {
    const raised = Math.max(row[given]!, 1);
    const others = Math.max(row.filter((count) => count !== 0).length - 1, 1);
    const lowered = (raised - row[given]!) / others;
    return row.map((count, k) => (k === given ? raised : Math.max(count - lowered, 0)));
  });
  return joint.map((_, k) => roundKeepingSum(columns.map((column) => column[k]!)));
}

// What the validation's predictions of several labels amount to: scores with intervals, curves, pairs, calibration.
import { ABSENT, hostTensor, PRESENT, UNKNOWN } from "../../core/index.ts";
import {
  Bootstrap,
  type Interval,
  type LabelConfusion,
  type LabelPairCounts,
  LabelPairs,
  MetricCollection,
  MultilabelAveragePrecision,
  MultilabelExactMatch,
  MultilabelF1Score,
  MultilabelPrecision,
  MultilabelRecall,
} from "../../metrics/index.ts";
import { type ConfidenceBin, reliability } from "../reliability.ts";
import { type LabelCurve, labelCurve } from "./label-curves.ts";
import { type LabelPrediction, thresholdsOf } from "./label-data.ts";
import { type MissedPair, missedTogether } from "./missed-together.ts";

/** One label by itself; scores that are not defined (of a label that is never present, or never predicted) are NaN. */
export interface LabelScores extends LabelConfusion {
  readonly name: string;
  /** Samples that have the label, and those of which it is known. */
  readonly support: number;
  readonly known: number;
  readonly threshold: number;
  readonly averagePrecision: Interval;
  readonly precision: Interval;
  readonly recall: Interval;
  readonly f1: Interval;
  readonly curve: LabelCurve;
  readonly bins: readonly ConfidenceBin[];
  /** Expected calibration error of its probability, and that probability's mean; NaN where nothing is known of it. */
  readonly calibrationError: number;
  readonly meanProbability: number;
}

/** All that the report's sections on quality show. */
export interface LabelEvaluation {
  /** Of which something is known. */
  readonly samples: number;
  /** Of these, those without a label that is known to be present. */
  readonly unlabelled: number;
  /** Mean average precision, over the labels that are present somewhere. */
  readonly map: Interval;
  readonly macroF1: Interval;
  /** Share of the pictures all of whose known labels are right. */
  readonly subsetAccuracy: Interval;
  readonly labels: readonly LabelScores[];
  readonly pairs: LabelPairCounts;
  readonly missedTogether: readonly MissedPair[];
  /** Over the entries of all labels. */
  readonly bins: readonly ConfidenceBin[];
  /** Mean of the labels' own. */
  readonly calibrationError: number;
  /** Replicates of the bootstrap behind the intervals. */
  readonly replicates: number;
}

/** Entries drawn by the bootstrap, all replicates together: a second or two of work, and tens of megabytes. */
const MOST_DRAWS = 4e6;
const [FEWEST_REPLICATES, MOST_REPLICATES] = [100, 1000];
/** Thresholds of the average precision's intervals where all scores are too many to be kept in every replicate. */
const BINNED = 500;

/**
 * Percentile bootstrap intervals of 95 %. A label is predicted where its probability is above its threshold.
 * @param thresholds of each label; default 0.5
 */
export function evaluateLabels(
  predictions: readonly LabelPrediction[],
  names: readonly string[],
  given?: ArrayLike<number>,
): LabelEvaluation {
  const width = names.length;
  const thresholds = thresholdsOf(width, given);
  const shape = [predictions.length, width];
  const truth = new Float32Array(predictions.length * width);
  const probabilities = new Float32Array(truth.length);
  for (const [i, prediction] of predictions.entries()) {
    truth.set(prediction.truth, i * width);
    probabilities.set(prediction.probabilities, i * width);
  }
  const replicates = Math.floor(MOST_DRAWS / Math.max(1, truth.length));
  const bounded = Math.min(MOST_REPLICATES, Math.max(FEWEST_REPLICATES, replicates));
  const ranking = replicates < FEWEST_REPLICATES ? { thresholds: BINNED } : {};
  const options = { numLabels: width, scores: "probabilities", threshold: Array.from(thresholds) } as const;
  const bootstrap = new Bootstrap(
    () =>
      new MetricCollection({
        map: new MultilabelAveragePrecision({ ...options, ...ranking }),
        macroF1: new MultilabelF1Score({ ...options, average: "macro" }),
        subset: new MultilabelExactMatch(options),
        averagePrecision: new MultilabelAveragePrecision({ ...options, ...ranking, average: "none" }),
        precision: new MultilabelPrecision({ ...options, average: "none" }),
        recall: new MultilabelRecall({ ...options, average: "none" }),
        f1: new MultilabelF1Score({ ...options, average: "none" }),
      }),
    { replicates: bounded },
  );
  bootstrap.update(hostTensor("float32", shape, probabilities), hostTensor("float32", shape, truth));
  const scores = bootstrap.compute();
  const pairs = new LabelPairs(width);
  for (let i = 0; i < truth.length; i += width)
    pairs.add(truth.subarray(i, i + width), (label) => probabilities[i + label]! > thresholds[label]!);
  const labels = names.map((name, label): LabelScores => {
    const { present, absent } = entriesOf(truth, probabilities, width, label);
    const known = present.length + absent.length;
    const confusion = pairs.of(label);
    const all = [...present, ...absent];
    const { bins, error } = reliability(
      all,
      all.map((_, i) => i < present.length),
    );
    return {
      name,
      support: present.length,
      known,
      threshold: thresholds[label]!,
      ...confusion,
      averagePrecision: definedWhere(present.length > 0, scores.averagePrecision[label]!),
      precision: definedWhere(confusion.tp + confusion.fp > 0, scores.precision[label]!),
      recall: definedWhere(present.length > 0, scores.recall[label]!),
      f1: definedWhere(present.length > 0, scores.f1[label]!),
      curve: labelCurve({ present, absent }, thresholds[label]!),
      bins,
      calibrationError: known === 0 ? Number.NaN : error,
      meanProbability: all.reduce((sum, p) => sum + p, 0) / known,
    };
  });
  const judged = predictions.filter((each) => Array.from(each.truth).some((entry) => entry !== UNKNOWN));
  return {
    samples: judged.length,
    unlabelled: judged.filter((each) => !Array.from(each.truth).includes(PRESENT)).length,
    map: scores.map,
    macroF1: definedWhere(judged.length > 0, scores.macroF1),
    subsetAccuracy: definedWhere(judged.length > 0, scores.subset),
    labels,
    pairs: pairs.counts,
    missedTogether: missedTogether(pairs.counts, width),
    ...calibration(truth, probabilities, labels),
    replicates: bounded,
  };
}

/** The bins of all labels together, and the mean of their errors. */
function calibration(
  truth: Float32Array,
  probabilities: Float32Array,
  labels: readonly LabelScores[],
): Pick<LabelEvaluation, "bins" | "calibrationError"> {
  const known = Array.from(truth.keys()).filter((i) => truth[i] !== UNKNOWN);
  const { bins } = reliability(
    known.map((i) => probabilities[i]!),
    known.map((i) => truth[i] === PRESENT),
  );
  const errors = labels
    .map(({ calibrationError }) => calibrationError)
    .filter((error) => !Number.isNaN(error));
  return { bins, calibrationError: errors.reduce((sum, error) => sum + error, 0) / errors.length };
}

/** The probabilities of one label, of the samples that have it and that have it not. */
function entriesOf(
  truth: Float32Array,
  probabilities: Float32Array,
  width: number,
  label: number,
): { readonly present: Float32Array; readonly absent: Float32Array } {
  const of = (entry: number): Float32Array =>
    probabilities.filter((_, i) => i % width === label && truth[i] === entry);
  return { present: of(PRESENT), absent: of(ABSENT) };
}

const UNDEFINED: Interval = {
  value: Number.NaN,
  low: Number.NaN,
  high: Number.NaN,
  standardError: Number.NaN,
};

function definedWhere(defined: boolean, interval: Interval): Interval {
  return defined ? interval : UNDEFINED;
}

// Options of the metrics of samples with several labels.
import type { ScoreKind } from "../classification-batch.ts";
import { optionError } from "../classification-metric.ts";
import { checkScoreKind } from "../score-options.ts";

/** Options of every metric of samples with several labels. */
export interface MultilabelMetricOptions {
  /** Number of labels L, at least 1. */
  readonly numLabels: number;
  /**
   * What the scores are (default `auto`: logits when any score of a batch lies outside [0, 1], probabilities
   * otherwise). Say `logits` where logits may all lie between 0 and 1.
   */
  readonly scores?: ScoreKind | undefined;
}

/** And when a label counts as predicted. */
export interface DecisionOptions extends MultilabelMetricOptions {
  /** A label is predicted where its probability is above this: one number between 0 and 1, or one for each label; default 0.5. */
  readonly threshold?: number | readonly number[] | undefined;
}

/** The options with their defaults, and the text of them that goes into an accumulator's key. */
export interface CheckedOptions {
  readonly numLabels: number;
  readonly scores: ScoreKind;
  readonly key: string;
}

/** @throws ClassifierTrainingError kind "usage" `METRIC_OPTION` */
export function checkedOptions({ numLabels, scores = "auto" }: MultilabelMetricOptions): CheckedOptions {
  if (!Number.isInteger(numLabels) || numLabels < 1)
    throw optionError(`num_labels is ${numLabels}, not an integer of at least 1`);
  checkScoreKind(scores);
  return { numLabels, scores, key: `num_labels=${numLabels},scores=${scores}` };
}

/** The same for those that decide, with the threshold of each label in float32, which the probabilities are too. */
export function decisionOptions(options: DecisionOptions): CheckedOptions & { thresholds: Float32Array } {
  const checked = checkedOptions(options);
  const { threshold = 0.5 } = options;
  const given = typeof threshold === "number" ? new Array(checked.numLabels).fill(threshold) : threshold;
  if (given.length !== checked.numLabels)
    throw optionError(`threshold has ${given.length} numbers for ${checked.numLabels} labels`);
  if (!given.every((value) => value >= 0 && value <= 1))
    throw optionError(`threshold is ${JSON.stringify(threshold)}, not between 0 and 1`);
  const same = given.every((value) => value === given[0]);
  const key = `${checked.key},threshold=${same ? given[0] : `[${given.join(",")}]`}`;
  return { ...checked, key, thresholds: Float32Array.from(given) };
}

// The counts of each label themselves.
import type { HostTensor } from "../../core/index.ts";
import { type Average, checkAverage } from "../average.ts";
import { ClassificationMetric } from "../classification-metric.ts";
import { statScores } from "../stat-scores.ts";
import { LabelCounts } from "./label-counts.ts";
import type { DecisionOptions } from "./options.ts";

/** When a label counts as predicted, and how the counts of labels are put together. */
export interface LabelStatScoreOptions extends DecisionOptions {
  /** Default `macro`: the mean over all labels. */
  readonly average?: Average | undefined;
}

/**
 * Counts of true positives, false positives, true negatives, false negatives and present labels, in this order: `[5]`, or
 * `[L, 5]` with average `none`; as in torchmetrics.
 */
export class MultilabelStatScores extends ClassificationMetric<LabelCounts, HostTensor<"float64">> {
  readonly average: Average;

  constructor(options: LabelStatScoreOptions) {
    super({ name: "stat_scores", unit: "count", direction: "none" }, new LabelCounts(options));
    this.average = options.average ?? "macro";
    checkAverage(this.average);
  }

  compute(): HostTensor<"float64"> {
    return statScores(this.accumulator.all(), this.average);
  }
}

// The F-beta score and its usual case, F1.
import { type Average, safeDivide } from "./average.ts";
import { optionError } from "./classification-metric.ts";
import { type Counts, StatScoreMetric, type StatScoreOptions } from "./stat-scores.ts";

/** Those of the ratio metrics, and the weight of recall. */
export interface FBetaOptions<A extends Average = "macro"> extends StatScoreOptions<A> {
  /** How many times recall matters as much as precision; above 0. */
  readonly beta: number;
}

/** The weighted harmonic mean for some counts; 0 where there are neither labels nor predictions. */
export function fBeta({ tp, fp, fn }: Counts, beta: number): number {
  const square = beta ** 2;
  return safeDivide((1 + square) * tp, (1 + square) * tp + square * fn + fp);
}

/** @throws ClassifierTrainingError `METRIC_OPTION` unless `beta` is above 0. */
export function checkBeta(beta: number): number {
  if (beta > 0) return beta;
  throw optionError(`beta is ${beta}, not a number above 0`);
}

/** Weighted harmonic mean of precision and recall: `(1 + b^2) tp / ((1 + b^2) tp + b^2 fn + fp)`. */
export class MulticlassFBetaScore<A extends Average = "macro"> extends StatScoreMetric<A> {
  readonly beta: number;

  constructor(options: FBetaOptions<A>) {
    super({ name: "f_beta", unit: "ratio", direction: "higher" }, options);
    this.beta = checkBeta(options.beta);
  }

  protected score(counts: Counts): number {
    return fBeta(counts, this.beta);
  }
}

/** Harmonic mean of precision and recall: `2 tp / (2 tp + fn + fp)`. */
export class MulticlassF1Score<A extends Average = "macro"> extends StatScoreMetric<A> {
  constructor(options: StatScoreOptions<A>) {
    super({ name: "f1", unit: "ratio", direction: "higher" }, options);
  }

  protected score(counts: Counts): number {
    return fBeta(counts, 1);
  }
}

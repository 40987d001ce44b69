// The F-beta score of several labels, and its usual case, F1.
import { checkBeta, fBeta } from "../f-beta.ts";
import { type LabelAverage, MultilabelRatioMetric, type RatioOptions } from "./ratio-metric.ts";

/** Those of the ratio metrics, and the weight of recall. */
export interface MultilabelFBetaOptions<A extends LabelAverage = "macro"> extends RatioOptions<A> {
  /** How many times recall matters as much as precision; above 0. */
  readonly beta: number;
}

/** Weighted harmonic mean of precision and recall: `(1 + b^2) tp / ((1 + b^2) tp + b^2 fn + fp)`. */
export class MultilabelFBetaScore<A extends LabelAverage = "macro"> extends MultilabelRatioMetric<A> {
  readonly beta: number;

  constructor(options: MultilabelFBetaOptions<A>) {
    const beta = checkBeta(options.beta);
    super(
      { name: "f_beta", direction: "higher" },
      options,
      (counts) => fBeta(counts, beta),
      `f_beta(beta=${beta})`,
    );
    this.beta = beta;
  }
}

/** Harmonic mean of precision and recall: `2 tp / (2 tp + fn + fp)`. */
export class MultilabelF1Score<A extends LabelAverage = "macro"> extends MultilabelRatioMetric<A> {
  constructor(options: RatioOptions<A>) {
    super({ name: "f1", direction: "higher" }, options, (counts) => fBeta(counts, 1));
  }
}

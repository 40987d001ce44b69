// What the report of a run with several labels a picture tells: plain data, gathered elsewhere.
import type { RunFacts } from "../report-data.ts";

/** A sample of the validation with what the best weights say about it. */
export interface LabelPrediction {
  readonly name: string;
  /** An entry for each label: 1 present, 0 absent, -1 not known. */
  readonly truth: ArrayLike<number>;
  /** Of each label. */
  readonly probabilities: ArrayLike<number>;
  /** Mean binary cross-entropy of what is known. */
  readonly loss: number;
  /** `data:` address of a small JPEG, where the report has room for it. */
  readonly picture?: string | undefined;
}

/** Everything a report is made of, where a picture may have several labels. */
export interface LabelReportData extends RunFacts {
  /** Of the best epoch's validation; empty where the run kept none. */
  readonly predictions: readonly LabelPrediction[];
  /** A label is predicted where its probability is above its own; default 0.5 for each. */
  readonly thresholds?: ArrayLike<number> | undefined;
}

/** The thresholds of all labels in float32, which probabilities are too. */
export function thresholdsOf(labels: number, given?: ArrayLike<number>): Float32Array {
  return given === undefined ? new Float32Array(labels).fill(0.5) : Float32Array.from(given);
}

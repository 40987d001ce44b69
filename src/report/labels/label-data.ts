// What the report of a run with several labels a picture tells: plain data, gathered elsewhere.
import type { RunFacts } from "../report-data.ts";
import type { JudgedLabel } from "./label-outcomes.ts";

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

/** A sample with what in it spoke for some of its labels, as `data:` addresses. */
export interface ExplainedLabels {
  readonly name: string;
  readonly picture: string;
  /** At least one; the heat maps over the picture are on one scale. */
  readonly labels: readonly (JudgedLabel & { readonly heat: string })[];
}

/** Everything a report is made of, where a picture may have several labels. */
export interface LabelReportData extends RunFacts {
  /** Of the best epoch's validation; empty where the run kept none. */
  readonly predictions: readonly LabelPrediction[];
  /** A label is predicted where its probability is above its own; default 0.5 for each. */
  readonly thresholds?: ArrayLike<number> | undefined;
  /** Largest losses and sure right predictions with heat maps; none where the network has none to show. */
  readonly explained: readonly ExplainedLabels[];
}

/** The thresholds of all labels in float32, which probabilities are too. */
export function thresholdsOf(labels: number, given?: ArrayLike<number>): Float32Array {
  return given === undefined ? new Float32Array(labels).fill(0.5) : Float32Array.from(given);
}

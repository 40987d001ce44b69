// What every metric is: a named value with a unit and a direction, fed batch by batch.
import type { HostTensor } from "../core/index.ts";

/** Which way is better; `none` where neither is (counts, a confusion matrix). */
export type MetricDirection = "higher" | "lower" | "none";

/** What a metric's value is, for those who log or compare it. */
export interface MetricDescription {
  /** Name in snake case, for instance `accuracy`. */
  readonly name: string;
  /** Unit of the value: `ratio` (0 to 1), `nats`, `count`, or `1` for any other plain number. */
  readonly unit: "ratio" | "nats" | "count" | "1";
  readonly direction: MetricDirection;
}

/** A number, one number per class or label, or a table (`[C, C]` or `[L, 2, 2]` confusion matrix, `[C, 5]` stat scores). */
export type MetricValue = number | Float64Array | HostTensor<"float64">;

/** Everything accumulated so far, as named tensors: copies, safe to store and to structured-clone. */
export type MetricState = Readonly<Record<string, HostTensor>>;

/**
 * A streaming metric, to be merged across processes: `update` per batch, `compute` for the value over everything since the last `reset`.
 * `load(state())` continues to the bit.
 */
export interface Metric<Input extends readonly unknown[], Value extends MetricValue = MetricValue>
  extends MetricDescription {
  update(...input: Input): void;
  compute(): Value;
  reset(): void;
  state(): MetricState;
  /** @throws ClassifierTrainingError `METRIC_STATE` when `state` is not of a metric with the same options. */
  load(state: MetricState): void;
  /**
   * Adds what another metric with the same options has gathered, from other samples: its `state()`. Merged parts give
   * what one pass over all gives.
   * @throws ClassifierTrainingError `METRIC_STATE` when `state` is not of a metric with the same options
   */
  merge(state: MetricState): void;
}

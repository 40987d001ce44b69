// What metrics of either task are updated with: a batch, and how one is made of predictions and labels.
import type { TaskName } from "../core/index.ts";

/** The samples of one batch, with what several metrics derive from them computed once. */
export interface MetricBatch {
  readonly task: TaskName;
  /** Number of samples. */
  readonly size: number;
  /** The batch of these samples in this order, repeats allowed; what was derived already is carried over. */
  select(samples: Int32Array): MetricBatch;
}

/** How batches of one task are made. */
export interface BatchKind<Input extends readonly unknown[], B extends MetricBatch = MetricBatch> {
  readonly task: TaskName;
  /** @throws ClassifierTrainingError `METRIC_INPUT` when predictions and labels do not fit each other. */
  of(...input: Input): B;
}

// A metric of predictions and labels: a reading of an accumulator that it may share with other metrics.
import { ClassifierTrainingError } from "../core/index.ts";
import type { Labels, Predictions } from "./classification-batch.ts";
import type { Metric, MetricDescription, MetricState, MetricValue } from "./metric.ts";
import type { BatchKind, MetricBatch } from "./metric-batch.ts";
import type { LabelScores, LabelTargets } from "./multilabel/multilabel-batch.ts";

/** Predictions and labels of a batch: of samples of one class each, or of samples with several labels. */
export type MetricInput = [Predictions, Labels] | [LabelScores, LabelTargets];

/** What one pass over the batches gathers, for every metric that reads it. */
export interface Accumulator<B extends MetricBatch = MetricBatch> {
  /** Says what is gathered, with the options that matter; equal keys mean equal contents. */
  readonly key: string;
  /** What it gathers from: the class of its batches. */
  readonly batches: BatchKind<MetricInput, B>;
  update(batch: B): void;
  reset(): void;
  state(): MetricState;
  load(state: MetricState): void;
  /** Adds what another one with the same key has gathered. */
  merge(state: MetricState): void;
}

/** Options of every metric of samples of one class each. */
export interface ClassificationMetricOptions {
  /** Number of classes C, at least 2. */
  readonly numClasses: number;
  /** Samples with this label do not count; none by default. */
  readonly ignoreIndex?: number | undefined;
}

/** A metric of predictions and labels. Made by itself it gathers alone; a `MetricCollection` lets it share. */
export abstract class ClassificationMetric<
  A extends Accumulator = Accumulator,
  Value extends MetricValue = MetricValue,
> implements Metric<Parameters<A["batches"]["of"]>, Value>
{
  readonly name: MetricDescription["name"];
  readonly unit: MetricDescription["unit"];
  readonly direction: MetricDescription["direction"];
  #accumulator: A;

  protected constructor(description: MetricDescription, accumulator: A) {
    this.name = description.name;
    this.unit = description.unit;
    this.direction = description.direction;
    this.#accumulator = accumulator;
  }

  /** The value over everything since the last `reset`. */
  abstract compute(): Value;

  get accumulator(): A {
    return this.#accumulator;
  }

  /** Reads `accumulator` from now on instead of its own, whose contents are given up. */
  share(accumulator: Accumulator): void {
    if (accumulator.key !== this.#accumulator.key) {
      throw new ClassifierTrainingError(
        "failure",
        "METRIC_SHARE",
        `${this.name} reads ${this.#accumulator.key} and cannot share ${accumulator.key}`,
      );
    }
    this.#accumulator = accumulator as A;
  }

  /**
   * @param input scores `[N, C]` or predicted classes `[N]`, and class indices `[N]`; or for several labels a sample, scores
   * `[N, L]` and targets `[N, L]`
   * @throws ClassifierTrainingError `METRIC_INPUT`
   */
  update(...input: Parameters<A["batches"]["of"]>): void {
    this.#accumulator.update(this.#accumulator.batches.of(...input));
  }

  reset(): void {
    this.#accumulator.reset();
  }

  state(): MetricState {
    return this.#accumulator.state();
  }

  load(state: MetricState): void {
    this.#accumulator.load(state);
  }

  merge(state: MetricState): void {
    this.#accumulator.merge(state);
  }
}

/** @throws ClassifierTrainingError `METRIC_OPTION` unless `numClasses` is an integer of at least 2. */
export function checkNumClasses(numClasses: number): void {
  if (!Number.isInteger(numClasses) || numClasses < 2)
    throw optionError(`num_classes is ${numClasses}, not an integer of at least 2`);
}

/** An error of kind "usage", `METRIC_OPTION`. */
export function optionError(message: string): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "METRIC_OPTION", message);
}

// A metric of predictions and labels: a reading of an accumulator that it may share with other metrics.
import { ClassifierTrainingError } from "../core/index.ts";
import { ClassificationBatch, type Labels, type Predictions } from "./classification-batch.ts";
import type { Metric, MetricDescription, MetricState, MetricValue } from "./metric.ts";

/** What one pass over the batches gathers, for every metric that reads it. */
export interface Accumulator {
  /** Says what is gathered, with the options that matter; equal keys mean equal contents. */
  readonly key: string;
  update(batch: ClassificationBatch): void;
  reset(): void;
  state(): MetricState;
  load(state: MetricState): void;
  /** Adds what another one with the same key has gathered. */
  merge(state: MetricState): void;
}

/** Options of every classification metric. */
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
> implements Metric<[Predictions, Labels], Value>
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
   * @param predictions scores `[N, C]` or predicted classes `[N]`
   * @param labels class indices `[N]`
   * @throws ClassifierTrainingError `METRIC_INPUT`
   */
  update(predictions: Predictions, labels: Labels): void {
    this.#accumulator.update(ClassificationBatch.of(predictions, labels));
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

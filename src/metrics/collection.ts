// Several classification metrics over the same batches, gathering once what they have in common.
import { ClassifierTrainingError } from "../core/index.ts";
import { inputError } from "./classification-batch.ts";
import {
  type Accumulator,
  type ClassificationMetric,
  type MetricInput,
  optionError,
} from "./classification-metric.ts";
import type { MetricState, MetricValue } from "./metric.ts";
import type { MetricBatch } from "./metric-batch.ts";
import { stateError } from "./sums.ts";

/**
 * Metrics by the name they are reported under, for instance `{ "val/acc_top1": new MulticlassAccuracy(...) }`.
 * Metrics that read the same counts share them, so each is gathered once per batch; the given metrics become part of
 * the collection and should be updated only through it. All are of one task: of samples of one class each, or with several
 * labels.
 */
export class MetricCollection<
  M extends Readonly<Record<string, ClassificationMetric>> = Record<string, ClassificationMetric>,
> {
  readonly metrics: M;
  readonly #accumulators = new Map<string, Accumulator>();

  /** @throws ClassifierTrainingError kind "usage" `METRIC_OPTION` for metrics of different tasks */
  constructor(metrics: M) {
    this.metrics = metrics;
    const [first, ...others] = Object.entries(metrics);
    for (const [name, { accumulator }] of others) {
      if (accumulator.batches === first![1].accumulator.batches) continue;
      throw optionError(
        `${first![0]} is a metric for ${first![1].accumulator.batches.task}, ${name} one for ${accumulator.batches.task}`,
      );
    }
    for (const metric of Object.values(metrics)) {
      const shared = this.#accumulators.get(metric.accumulator.key);
      if (shared === undefined) this.#accumulators.set(metric.accumulator.key, metric.accumulator);
      else metric.share(shared);
    }
  }

  /**
   * @param input scores `[N, C]` or predicted classes `[N]`, and class indices `[N]`; or for several labels a sample, scores
   * `[N, L]` and targets `[N, L]`
   */
  update(...input: MetricInput): void {
    const batch = this.batchOf(...input);
    if (batch !== undefined) this.updateBatch(batch);
  }

  /** The batch that the metrics take; undefined where there are none. */
  batchOf(...input: MetricInput): MetricBatch | undefined {
    const [accumulator] = this.#accumulators.values();
    return accumulator?.batches.of(...input);
  }

  /** As `update`, for a batch whose derived values are shared with others. */
  updateBatch(batch: MetricBatch): void {
    for (const { batches } of this.#accumulators.values()) {
      if (batches.task === batch.task) continue;
      throw inputError(`a batch for ${batch.task} does not fit metrics for ${batches.task}`);
    }
    for (const accumulator of this.#accumulators.values()) accumulator.update(batch);
  }

  /** The value of each metric by its name. */
  compute(): { readonly [K in keyof M]: ReturnType<M[K]["compute"]> } {
    const entries = Object.entries(this.metrics).map(([name, metric]) => [name, metric.compute()]);
    return Object.fromEntries(entries) as { [K in keyof M]: ReturnType<M[K]["compute"]> };
  }

  /**
   * What can be logged as plain numbers: scalars under their name, per-class values under `<name>_<class name>`.
   * Tables are left out.
   */
  scalars(classNames: readonly string[]): Record<string, number> {
    const scalars: Record<string, number> = {};
    for (const [name, value] of Object.entries<MetricValue>(this.compute())) {
      if (typeof value === "number") scalars[name] = value;
      else if (value instanceof Float64Array) {
        if (value.length !== classNames.length) {
          throw new ClassifierTrainingError(
            "failure",
            "METRIC_CLASS_NAMES",
            `${classNames.length} class names do not fit the ${value.length} classes of ${name}`,
          );
        }
        classNames.forEach((className, c) => {
          scalars[`${name}_${className}`] = value[c]!;
        });
      }
    }
    return scalars;
  }

  reset(): void {
    for (const accumulator of this.#accumulators.values()) accumulator.reset();
  }

  /** Everything gathered, each shared part once, under `<accumulator>.<name>`. */
  state(): MetricState {
    return Object.fromEntries(
      [...this.#accumulators].flatMap(([key, accumulator]) =>
        Object.entries(accumulator.state()).map(([name, tensor]) => [`${key}.${name}`, tensor]),
      ),
    );
  }

  /** @throws ClassifierTrainingError `METRIC_STATE` when `state` is not of a collection of the same metrics. */
  load(state: MetricState): void {
    for (const [accumulator, own] of this.#partsOf(state)) accumulator.load(own);
  }

  /**
   * Adds what a collection of the same metrics has gathered from other samples.
   * @throws ClassifierTrainingError `METRIC_STATE`
   */
  merge(state: MetricState): void {
    for (const [accumulator, own] of this.#partsOf(state)) accumulator.merge(own);
  }

  #partsOf(state: MetricState): [Accumulator, MetricState][] {
    const left = new Set(Object.keys(state));
    const parts = [...this.#accumulators].map(([key, accumulator]): [Accumulator, MetricState] => {
      const own = [...left].filter((name) => name.startsWith(`${key}.`));
      for (const name of own) left.delete(name);
      return [accumulator, Object.fromEntries(own.map((name) => [name.slice(key.length + 1), state[name]!]))];
    });
    const [unknown] = left;
    if (unknown !== undefined) throw stateError(`has "${unknown}", which no metric here reads`);
    return parts;
  }
}

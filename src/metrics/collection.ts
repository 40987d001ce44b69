// Several classification metrics over the same batches, gathering once what they have in common.
import { ClassifierTrainingError } from "../core/index.ts";
import { ClassificationBatch, type Labels, type Predictions } from "./classification-batch.ts";
import type { Accumulator, ClassificationMetric } from "./classification-metric.ts";
import type { MetricState, MetricValue } from "./metric.ts";
import { stateError } from "./sums.ts";

/**
 * Metrics by the name they are reported under, for instance `{ "val/acc_top1": new MulticlassAccuracy(...) }`.
 * Metrics that read the same counts share them, so each is gathered once per batch; the given metrics become part of
 * the collection and should be updated only through it.
 */
export class MetricCollection<
  M extends Readonly<Record<string, ClassificationMetric>> = Record<string, ClassificationMetric>,
> {
  readonly metrics: M;
  readonly #accumulators = new Map<string, Accumulator>();

  constructor(metrics: M) {
    this.metrics = metrics;
    for (const metric of Object.values(metrics)) {
      const shared = this.#accumulators.get(metric.accumulator.key);
      if (shared === undefined) this.#accumulators.set(metric.accumulator.key, metric.accumulator);
      else metric.share(shared);
    }
  }

  /**
   * @param predictions scores `[N, C]` or predicted classes `[N]`
   * @param labels class indices `[N]`
   */
  update(predictions: Predictions, labels: Labels): void {
    this.updateBatch(ClassificationBatch.of(predictions, labels));
  }

  /** As `update`, for a batch whose derived values are shared with others. */
  updateBatch(batch: ClassificationBatch): void {
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

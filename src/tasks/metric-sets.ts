// Metrics of a model's stages: what is measured, and how batches get there.
import { type HostTensor, hostTensor } from "../core/index.ts";
import { type ClassificationMetric, MetricCollection, type MetricDirection } from "../metrics/index.ts";

/** Metrics by the name that they are logged under, for each stage. */
export type MetricSets = Readonly<
  Record<"train" | "val" | "test", Readonly<Record<string, ClassificationMetric>>>
>;

/** The metrics of a model, by stage. */
export type ModelMetrics = Readonly<Record<"train" | "val" | "test", TaskMetrics>>;

/** Metrics of one stage, fed batch by batch: logits from any runtime, labels as batches have them. */
export abstract class TaskMetrics {
  protected readonly collection: MetricCollection<Record<string, ClassificationMetric>>;
  readonly #classNames: readonly string[];

  constructor(metrics: Readonly<Record<string, ClassificationMetric>>, classNames: readonly string[]) {
    this.collection = new MetricCollection(metrics);
    this.#classNames = classNames;
  }

  /** @param logits [N, C] */
  abstract update(logits: HostTensor, labels: HostTensor): void;

  /** Values by name; those of each class under `<name>_<class>`. */
  compute(): Record<string, number> {
    return this.collection.scalars(this.#classNames);
  }

  /** Which way a value of `compute` is better, by its name; undefined for one that is not measured. */
  direction(name: string): MetricDirection | undefined {
    const { metrics } = this.collection;
    const own = Object.keys(metrics).find(
      (metric) => metric === name || this.#classNames.some((c) => `${metric}_${c}` === name),
    );
    return own === undefined ? undefined : metrics[own]!.direction;
  }

  reset(): void {
    this.collection.reset();
  }

  state(): Readonly<Record<string, HostTensor>> {
    return this.collection.state();
  }

  load(state: Readonly<Record<string, HostTensor>>): void {
    this.collection.load(state);
  }

  /** Adds what others have measured on other samples. */
  merge(state: Readonly<Record<string, HostTensor>>): void {
    this.collection.merge(state);
  }
}

/** The same numbers as float32, which metrics take. */
export function toFloat32({ shape, data }: HostTensor): HostTensor<"float32"> {
  return hostTensor("float32", shape, Float32Array.from(data as ArrayLike<number>));
}

// The metrics of a classification model, for each stage: by default top-1, top-5 and per-class accuracy.
import { type HostTensor, hostTensor, type LabelRange, toNumbers } from "../core/index.ts";
import {
  type ClassificationMetric,
  MetricCollection,
  type MetricDirection,
  MulticlassAccuracy,
} from "../metrics/index.ts";

/** Metrics of one stage; logits come from any runtime, labels may be soft (their largest entry counts). */
export class StageClassificationMetrics {
  readonly #collection: MetricCollection<Record<string, ClassificationMetric>>;
  readonly #classNames: readonly string[];

  constructor(metrics: Readonly<Record<string, ClassificationMetric>>, classNames: readonly string[]) {
    this.#collection = new MetricCollection(metrics);
    this.#classNames = classNames;
  }

  /** @param logits [N, C]; @param labels [N], or target probabilities [N, C] */
  update(logits: HostTensor, labels: HostTensor): void {
    const classes = labels.shape.length === 1 ? Int32Array.from(toNumbers(labels.data)) : largest(labels);
    this.#collection.update(toFloat32(logits), classes);
  }

  compute(): Record<string, number> {
    return this.#collection.scalars(this.#classNames);
  }

  /** Which way a value of `compute` is better, by its name; undefined for one that is not measured. */
  direction(name: string): MetricDirection | undefined {
    const { metrics } = this.#collection;
    const own = Object.keys(metrics).find(
      (metric) => metric === name || this.#classNames.some((c) => `${metric}_${c}` === name),
    );
    return own === undefined ? undefined : metrics[own]!.direction;
  }

  reset(): void {
    this.#collection.reset();
  }

  state(): Readonly<Record<string, HostTensor>> {
    return this.#collection.state();
  }

  load(state: Readonly<Record<string, HostTensor>>): void {
    this.#collection.load(state);
  }

  /** Adds what others have measured on other samples. */
  merge(state: Readonly<Record<string, HostTensor>>): void {
    this.#collection.merge(state);
  }
}

/** Metrics by the name that they are logged under, for each stage. */
export type MetricSets = Readonly<
  Record<"train" | "val" | "test", Readonly<Record<string, ClassificationMetric>>>
>;

/** `acc_top1` in training; in validation and test also `acc_top5` (or top-C) and `acc_class`. */
export function defaultMetrics(labels: LabelRange): MetricSets {
  const top = (topK: number): ClassificationMetric =>
    new MulticlassAccuracy({ ...labels, average: "micro", topK });
  const evaluation = (): MetricSets["val"] => ({
    acc_top1: top(1),
    acc_top5: top(Math.min(5, labels.numClasses)),
    acc_class: new MulticlassAccuracy({ ...labels, average: "none" }),
  });
  return { train: { acc_top1: top(1) }, val: evaluation(), test: evaluation() };
}

/** The metrics of a model's stages. */
export class ClassificationMetrics {
  readonly train: StageClassificationMetrics;
  readonly val: StageClassificationMetrics;
  readonly test: StageClassificationMetrics;

  constructor(
    classNames: readonly string[],
    metrics: MetricSets = defaultMetrics({ numClasses: classNames.length }),
  ) {
    this.train = new StageClassificationMetrics(metrics.train, classNames);
    this.val = new StageClassificationMetrics(metrics.val, classNames);
    this.test = new StageClassificationMetrics(metrics.test, classNames);
  }
}

function toFloat32(logits: HostTensor): HostTensor<"float32"> {
  return hostTensor("float32", logits.shape, Float32Array.from(logits.data as ArrayLike<number>));
}

/** Index of the largest entry of each row, the first of equals. */
function largest({ shape, data }: HostTensor): Int32Array {
  const [rows, columns] = shape as [number, number];
  return Int32Array.from({ length: rows }, (_, row) => {
    const entries = Array.from(data.slice(row * columns, (row + 1) * columns) as ArrayLike<number>);
    return entries.indexOf(Math.max(...entries));
  });
}

// The metrics of a classification model: top-1, top-5 and per-class accuracy for each stage.
import { type HostTensor, hostTensor, toNumbers } from "../core/index.ts";
import { type ClassificationMetric, MetricCollection, MulticlassAccuracy } from "../metrics/index.ts";

/** Metrics of one stage; logits come from any runtime, labels may be soft (their largest entry counts). */
export class StageClassificationMetrics {
  readonly #collection: MetricCollection<Record<string, ClassificationMetric>>;
  readonly #classNames: readonly string[];

  constructor(metrics: Record<string, ClassificationMetric>, classNames: readonly string[]) {
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

  reset(): void {
    this.#collection.reset();
  }

  state(): Readonly<Record<string, HostTensor>> {
    return this.#collection.state();
  }

  load(state: Readonly<Record<string, HostTensor>>): void {
    this.#collection.load(state);
  }
}

/** `acc_top1` in training; in validation and test also `acc_top5` (or top-C) and `acc_class_<name>`. */
export class ClassificationMetrics {
  readonly train: StageClassificationMetrics;
  readonly val: StageClassificationMetrics;
  readonly test: StageClassificationMetrics;

  /** @param ignoreIndex samples with this label do not count; default: all do */
  constructor(classNames: readonly string[], ignoreIndex?: number) {
    const numClasses = classNames.length;
    const labels = { numClasses, ignoreIndex };
    const top1 = (): ClassificationMetric => new MulticlassAccuracy({ ...labels, average: "micro" });
    const evaluation = (): StageClassificationMetrics =>
      new StageClassificationMetrics(
        {
          acc_top1: top1(),
          acc_top5: new MulticlassAccuracy({ ...labels, average: "micro", topK: Math.min(5, numClasses) }),
          acc_class: new MulticlassAccuracy({ ...labels, average: "none" }),
        },
        classNames,
      );
    this.train = new StageClassificationMetrics({ acc_top1: top1() }, classNames);
    this.val = evaluation();
    this.test = evaluation();
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

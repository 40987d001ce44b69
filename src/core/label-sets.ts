// Labels of samples that may have several: which of them each has, has not, or was never asked about.
import { ClassifierTrainingError } from "./errors.ts";
import { type HostTensor, hostTensor } from "./tensor.ts";

/** A sample's entry for a label that it has not. */
export const ABSENT = 0;
/** For one that it has. */
export const PRESENT = 1;
/** For one of which nothing is known: it leaves losses and metrics. */
export const UNKNOWN = -1;

/** Which of `width` labels each of `length` samples has. */
export class LabelSets {
  /** Number of samples. */
  readonly length: number;
  /** Number of labels. */
  readonly width: number;
  /** Row-major [length, width] of `PRESENT`, `ABSENT` and `UNKNOWN`. */
  readonly data: Int8Array;

  /** @throws ClassifierTrainingError kind "data" `LABEL_SETS` where entries do not make up rows, or are something else */
  constructor(width: number, data: Int8Array) {
    if (!Number.isInteger(width) || width < 1 || data.length % width !== 0)
      throw wrongSets(`${data.length} entries are no rows of ${width} labels`);
    const wrong = data.findIndex((entry) => entry < UNKNOWN || entry > PRESENT);
    if (wrong >= 0) {
      const place = `sample ${Math.floor(wrong / width)} for label ${wrong % width}`;
      throw wrongSets(
        `the entry of ${place} is ${data[wrong]}, none of 1 (present), 0 (absent) and -1 (unknown)`,
      );
    }
    this.width = width;
    this.length = data.length / width;
    this.data = data;
  }

  /** The entries of one sample; not a copy. */
  row(sample: number): Int8Array {
    return this.data.subarray(sample * this.width, (sample + 1) * this.width);
  }

  /** The labels that a sample has, in order. */
  present(sample: number): number[] {
    const labels: number[] = [];
    for (const [label, entry] of this.row(sample).entries()) if (entry === PRESENT) labels.push(label);
    return labels;
  }

  /** The positions of the samples. */
  *keys(): Generator<number> {
    for (let sample = 0; sample < this.length; sample++) yield sample;
  }

  /** The entries of each sample. */
  *[Symbol.iterator](): Generator<Int8Array> {
    for (const sample of this.keys()) yield this.row(sample);
  }
}

function wrongSets(message: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "LABEL_SETS", message, { where: "LabelSets" });
}

/** The class index of every sample, or the labels of samples that may have several. */
export type SampleLabels = Int32Array | LabelSets;

/** Those of the samples at `indices`, in that order. */
export function selectLabels<L extends SampleLabels>(labels: L, indices: ArrayLike<number>): L;
export function selectLabels(labels: SampleLabels, indices: ArrayLike<number>): SampleLabels {
  if (labels instanceof Int32Array) return Int32Array.from(indices, (index) => labels[index]!);
  const data = new Int8Array(indices.length * labels.width);
  for (let i = 0; i < indices.length; i++) data.set(labels.row(indices[i]!), i * labels.width);
  return new LabelSets(labels.width, data);
}

/** The labels of one sample, in order: its class, or all that it has. */
export function labelsOf(labels: SampleLabels, sample: number): number[] {
  return labels instanceof LabelSets ? labels.present(sample) : [labels[sample]!];
}

/** Number of samples of each class, or with each label. */
export function countClasses(labels: SampleLabels, classes: number): Int32Array {
  const counts = new Int32Array(classes);
  for (let sample = 0; sample < labels.length; sample++)
    for (const label of labelsOf(labels, sample)) counts[label]!++;
  return counts;
}

/** Those of the samples at `indices` as a batch has them: classes [N], or [N, labels] of 1, 0 and -1 for what is not known. */
export function labelTensor(
  labels: SampleLabels,
  indices: ArrayLike<number>,
): HostTensor<"int32"> | HostTensor<"float32"> {
  const selected = selectLabels(labels, indices);
  return selected instanceof LabelSets
    ? hostTensor("float32", [indices.length, selected.width], Float32Array.from(selected.data))
    : hostTensor("int32", [indices.length], selected);
}

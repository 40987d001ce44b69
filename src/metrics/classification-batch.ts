// One batch of predictions and labels, with what several metrics derive from it computed once.
import { ClassifierTrainingError, formatShape, type HostTensor } from "../core/index.ts";
import type { MetricBatch } from "./metric-batch.ts";

/**
 * Scores `[N, C]` (float32 logits or probabilities) or predicted classes `[N]` (int32).
 * Where scores tie, the lower class index ranks first; NaN ranks above every number.
 */
export type Predictions = HostTensor<"float32"> | HostTensor<"int32">;

/** Class index of each sample, `[N]`. */
export type Labels = Int32Array | HostTensor<"int32">;

/**
 * What scores are: `logits` become probabilities by softmax, `probabilities` are taken as they are, and `auto`
 * is logits when any score of the batch lies outside [0, 1].
 */
export type ScoreKind = "auto" | "logits" | "probabilities";

/** What a batch can be asked for; each is computed on first use. */
interface Views {
  scores(): Float32Array;
  predicted(): Int32Array;
  ranks(): Int32Array;
  areProbabilities(): boolean;
  softmax(): Float32Array;
}

/**
 * What metrics of samples of one class each are updated with. Derived arrays are computed when first asked for, and then shared: do not change
 * them.
 */
export class ClassificationBatch implements MetricBatch {
  static readonly task = "multi_class";
  readonly task = "multi_class";
  readonly labels: Int32Array;
  /** Columns of the scores; undefined where only predicted classes are known. */
  readonly numClasses: number | undefined;
  readonly #views: Views;
  #logits: boolean | undefined;
  readonly #memo = new Map<string, Float32Array | Int32Array>();

  private constructor(labels: Int32Array, numClasses: number | undefined, views: Views) {
    this.labels = labels;
    this.numClasses = numClasses;
    this.#views = views;
  }

  /** @throws ClassifierTrainingError `METRIC_INPUT` when the shapes do not fit each other. */
  static of(predictions: Predictions, labels: Labels): ClassificationBatch {
    const classes = labels instanceof Int32Array ? labels : labels.data;
    if (!(classes instanceof Int32Array)) {
      throw inputError("metrics of samples of one class each need labels of class indices, int32 [N]");
    }
    const rank = predictions.dtype === "float32" ? 2 : 1;
    if (predictions.shape.length !== rank || predictions.shape[0] !== classes.length) {
      const expected = rank === 2 ? `[${classes.length}, classes]` : `[${classes.length}]`;
      throw inputError(
        `${predictions.dtype} predictions of shape ${formatShape(predictions.shape)} do not fit ` +
          `${classes.length} labels, which need ${expected}`,
      );
    }
    if (predictions.dtype === "int32")
      return new ClassificationBatch(classes, undefined, known(predictions.data));
    const numClasses = predictions.shape[1]!;
    const scores = predictions.data;
    return new ClassificationBatch(classes, numClasses, {
      scores: () => scores,
      predicted: () => highest(scores, numClasses),
      ranks: () => labelRanks(scores, numClasses, classes),
      areProbabilities: () => areProbabilities(scores),
      softmax: () => softmaxRows(scores, numClasses),
    });
  }

  get size(): number {
    return this.labels.length;
  }

  /** Scores, row-major `[N, numClasses]`. */
  get scores(): Float32Array {
    return this.#once("scores", () => this.#views.scores());
  }

  /** The class with the highest score, per sample. */
  get predicted(): Int32Array {
    return this.#once("predicted", () => this.#views.predicted());
  }

  /** How many classes rank before the label, per sample: below k where the label is among the top k. */
  get ranks(): Int32Array {
    return this.#once("ranks", () => this.#views.ranks());
  }

  /** Whether the scores are logits, `kind` being what is said of them. */
  areLogits(kind: ScoreKind): boolean {
    if (kind !== "auto") return kind === "logits";
    this.#logits ??= !this.#views.areProbabilities();
    return this.#logits;
  }

  /** Probabilities, row-major `[N, numClasses]`. */
  probabilities(kind: ScoreKind): Float32Array {
    return this.areLogits(kind) ? this.#once("softmax", () => this.#views.softmax()) : this.scores;
  }

  /**
   * The samples that count, in order: all whose label is not `ignoreIndex`.
   * @throws ClassifierTrainingError `METRIC_INPUT` when the scores do not have `numClasses` columns or a class
   * index lies outside 0..numClasses-1.
   */
  counted(numClasses: number, ignoreIndex: number | undefined): Int32Array {
    return this.#once(`counted:${numClasses}:${ignoreIndex}`, () => {
      if (this.numClasses !== undefined && this.numClasses !== numClasses) {
        throw inputError(`scores of ${this.numClasses} classes do not fit a metric of ${numClasses} classes`);
      }
      const samples = new Int32Array(this.labels.length);
      let count = 0;
      for (let sample = 0; sample < this.labels.length; sample++) {
        const label = this.labels[sample]!;
        if (label === ignoreIndex) continue;
        checkClass(label, numClasses, "label", sample);
        if (this.numClasses === undefined)
          checkClass(this.predicted[sample]!, numClasses, "prediction", sample);
        samples[count++] = sample;
      }
      return samples.subarray(0, count);
    });
  }

  select(samples: Int32Array): ClassificationBatch {
    const labels = gather(this.labels, samples, 1);
    const columns = this.numClasses ?? 1;
    return new ClassificationBatch(labels, this.numClasses, {
      scores: () => gather(this.scores, samples, columns),
      predicted: () => gather(this.predicted, samples, 1),
      ranks: () => gather(this.ranks, samples, 1),
      areProbabilities: () => !this.areLogits("auto"),
      softmax: () => gather(this.probabilities("logits"), samples, columns),
    });
  }

  #once<T extends Float32Array | Int32Array>(name: string, compute: () => T): T {
    let value = this.#memo.get(name) as T | undefined;
    if (value === undefined) {
      value = compute();
      this.#memo.set(name, value);
    }
    return value;
  }
}

/** An error of kind "failure", `METRIC_INPUT`: predictions and labels that do not fit are the program's mistake. */
export function inputError(message: string): ClassifierTrainingError {
  return new ClassifierTrainingError("failure", "METRIC_INPUT", message);
}

/** The views of a batch of which only the predicted classes are known. */
function known(predicted: Int32Array): Views {
  const refuse = (): never => {
    throw inputError("this metric needs a score for every class, not the predicted class alone");
  };
  return {
    predicted: () => predicted,
    scores: refuse,
    ranks: refuse,
    areProbabilities: refuse,
    softmax: refuse,
  };
}

function checkClass(value: number, numClasses: number, what: string, sample: number): void {
  if (value >= 0 && value < numClasses) return;
  throw inputError(`${what} ${value} of sample ${sample} is not a class index below ${numClasses}`);
}

function highest(scores: Float32Array, columns: number): Int32Array {
  const predicted = new Int32Array(scores.length / columns);
  for (let row = 0; row < predicted.length; row++) {
    const start = row * columns;
    let best = 0;
    // The negated comparison lets NaN win; once it has won, nothing is greater.
    for (let c = 1; c < columns && !Number.isNaN(scores[start + best]!); c++) {
      if (!(scores[start + c]! <= scores[start + best]!)) best = c;
    }
    predicted[row] = best;
  }
  return predicted;
}

function labelRanks(scores: Float32Array, columns: number, labels: Int32Array): Int32Array {
  const ranks = new Int32Array(labels.length);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    const start = row * columns;
    const own = scores[start + label] ?? Number.NaN;
    let rank = 0;
    if (Number.isNaN(own)) {
      for (let c = 0; c < label && c < columns; c++) if (Number.isNaN(scores[start + c]!)) rank++;
    } else {
      for (let c = 0; c < label; c++) if (!(scores[start + c]! < own)) rank++;
      for (let c = label + 1; c < columns; c++) if (!(scores[start + c]! <= own)) rank++;
    }
    ranks[row] = rank;
  }
  return ranks;
}

/** Whether all scores lie in [0, 1]. */
export function areProbabilities(scores: Float32Array): boolean {
  for (let i = 0; i < scores.length; i++) if (!(scores[i]! >= 0 && scores[i]! <= 1)) return false;
  return true;
}

/**
 * Softmax of each row, in float32 and in class order: which probabilities tie, and so what ranking metrics give,
 * depends on the arithmetic, and this is the reference library's.
 */
function softmaxRows(scores: Float32Array, columns: number): Float32Array {
  const probabilities = new Float32Array(scores.length);
  for (let start = 0; start < scores.length; start += columns) {
    const end = start + columns;
    let maximum = Number.NEGATIVE_INFINITY;
    for (let i = start; i < end; i++) maximum = Math.max(maximum, scores[i]!);
    let total = 0;
    for (let i = start; i < end; i++) {
      probabilities[i] = Math.exp(Math.fround(scores[i]! - maximum));
      total = Math.fround(total + probabilities[i]!);
    }
    for (let i = start; i < end; i++) probabilities[i]! /= total;
  }
  return probabilities;
}

/** Rows of `columns` numbers, chosen by their index. */
export function gather<T extends Float32Array | Int32Array>(
  rows: T,
  samples: Int32Array,
  columns: number,
): T {
  const gathered = new (rows.constructor as new (length: number) => T)(samples.length * columns);
  for (let i = 0; i < samples.length; i++) {
    const start = samples[i]! * columns;
    for (let c = 0; c < columns; c++) gathered[i * columns + c] = rows[start + c]!;
  }
  return gathered;
}

// One batch of scores and of which labels each sample has, with what several metrics derive from it computed once.
import { ABSENT, formatShape, type HostTensor, PRESENT, sigmoid, UNKNOWN } from "../../core/index.ts";
import { areProbabilities, gather, inputError, type ScoreKind } from "../classification-batch.ts";
import type { MetricBatch } from "../metric-batch.ts";

/** A score for every label of every sample, `[N, L]`: logits, or probabilities of each label by itself. */
export type LabelScores = HostTensor<"float32">;

/** What is known of every label of every sample, `[N, L]`: 1 present, 0 absent, -1 not known, which never counts. */
export type LabelTargets = HostTensor<"float32">;

/** Arrays that were computed; they are shared, do not change them. */
interface Derived {
  logits?: boolean;
  sigmoid?: Float32Array;
}

/** What metrics of samples with several labels are updated with. */
export class MultilabelBatch implements MetricBatch {
  static readonly task = "multi_label";
  readonly task = "multi_label";
  readonly size: number;
  readonly numLabels: number;
  /** Row-major `[N, numLabels]`. */
  readonly scores: Float32Array;
  /** Row-major `[N, numLabels]` of 1, 0 and -1. */
  readonly targets: Float32Array;
  readonly #derived: Derived;

  private constructor(
    size: number,
    numLabels: number,
    scores: Float32Array,
    targets: Float32Array,
    derived: Derived,
  ) {
    this.size = size;
    this.numLabels = numLabels;
    this.scores = scores;
    this.targets = targets;
    this.#derived = derived;
  }

  /** @throws ClassifierTrainingError `METRIC_INPUT` when the shapes do not fit, or a target is none of 1, 0 and -1. */
  static of(scores: LabelScores, targets: LabelTargets): MultilabelBatch {
    if (scores.dtype !== "float32" || targets.dtype !== "float32") {
      throw inputError(
        "metrics of samples with several labels need float32 scores [N, L] and targets [N, L]",
      );
    }
    const [size, numLabels] = scores.shape;
    if (scores.shape.length !== 2 || formatShape(scores.shape) !== formatShape(targets.shape)) {
      throw inputError(
        `scores of shape ${formatShape(scores.shape)} do not fit targets of shape ${formatShape(targets.shape)}; ` +
          "both are [samples, labels]",
      );
    }
    targets.data.forEach((target, i) => {
      if (target === PRESENT || target === ABSENT || target === UNKNOWN) return;
      const where = `label ${i % numLabels!} of sample ${Math.floor(i / numLabels!)}`;
      throw inputError(`the target of ${where} is ${target}, none of 1, 0 and -1 (not known)`);
    });
    return new MultilabelBatch(size!, numLabels!, scores.data, targets.data, {});
  }

  /**
   * Probabilities, row-major `[N, numLabels]`; of logits in float32, as the reference library has them, so that the same
   * ones tie.
   * @throws ClassifierTrainingError `METRIC_INPUT` unless there are `numLabels` labels
   */
  probabilities(kind: ScoreKind, numLabels: number): Float32Array {
    if (!this.areLogits(kind, numLabels)) return this.scores;
    this.#derived.sigmoid ??= this.scores.map((score) => sigmoid(score));
    return this.#derived.sigmoid;
  }

  /**
   * Whether the scores are logits, `kind` being what is said of them.
   * @throws ClassifierTrainingError `METRIC_INPUT` unless there are `numLabels` labels
   */
  areLogits(kind: ScoreKind, numLabels: number): boolean {
    if (this.numLabels !== numLabels)
      throw inputError(`scores of ${this.numLabels} labels do not fit a metric of ${numLabels} labels`);
    if (kind !== "auto") return kind === "logits";
    this.#derived.logits ??= !areProbabilities(this.scores);
    return this.#derived.logits;
  }

  select(samples: Int32Array): MultilabelBatch {
    const { numLabels } = this;
    const pick = (rows: Float32Array): Float32Array => gather(rows, samples, numLabels);
    const { sigmoid } = this.#derived;
    return new MultilabelBatch(samples.length, numLabels, pick(this.scores), pick(this.targets), {
      logits: this.areLogits("auto", numLabels),
      ...(sigmoid === undefined ? {} : { sigmoid: pick(sigmoid) }),
    });
  }
}

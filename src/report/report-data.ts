// What a run's report tells: plain data, gathered elsewhere.
import type { StoredSummary } from "./run-summary.ts";

/** One setting with where its value came from. */
export interface ConfigurationEntry {
  /** Dotted key. */
  readonly key: string;
  readonly value: string;
  /** The file and line or the override that set it. */
  readonly source: string;
}

/** The values logged for one epoch, counted from 1. */
export interface EpochMetrics {
  readonly epoch: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Where the time of one epoch went, counted from 1. */
export interface EpochTime {
  readonly epoch: number;
  readonly samples: number;
  readonly trainSeconds: number;
  /** The part of `trainSeconds` spent waiting for batches. */
  readonly dataSeconds: number;
  readonly validationSeconds: number;
}

/** A sample of the validation with what the best weights say about it. */
export interface Prediction {
  readonly name: string;
  /** Index of the true class. */
  readonly truth: number;
  /** Index of the predicted class. */
  readonly predicted: number;
  /** Probability of the predicted class. */
  readonly confidence: number;
  /** Cross-entropy. */
  readonly loss: number;
  /** `data:` address of a small JPEG, where the report has room for it. */
  readonly picture?: string | undefined;
}

/** A sample with where the network looked, as `data:` addresses. */
export interface ExplainedSample extends Prediction {
  readonly picture: string;
  /** The picture, almost grey, below a heat map of what speaks for the predicted class. */
  readonly heat: string;
  /** Where that is wrong: the same of the true class, on the same scale. */
  readonly trueHeat?: string;
}

/** A training picture with some of the versions that augmentation makes of it, as `data:` addresses. */
export interface AugmentedSample {
  readonly name: string;
  readonly className: string;
  /** As evaluation would show it. */
  readonly original: string;
  readonly variants: readonly string[];
}

/**
 * Size and cost of the network: parameters by number, `bytes` as float32, operations and activations for one
 * picture.
 */
export interface ModelFacts {
  readonly parameters: number;
  readonly trainable: number;
  readonly bytes: number;
  readonly flops: number;
  readonly activationBytes: number;
  readonly layers: readonly {
    readonly name: string;
    readonly type: string;
    readonly outputShape: readonly number[];
    readonly parameters: number;
    readonly flops: number;
  }[];
}

/** What a report tells of a run, whatever its task is; lists that are empty leave their section out. */
export interface RunFacts {
  /** The run's folder, as a name. */
  readonly name: string;
  readonly summary: StoredSummary;
  readonly configuration: readonly ConfigurationEntry[];
  readonly environment: readonly (readonly [name: string, value: string])[];
  readonly history: readonly EpochMetrics[];
  readonly timing: readonly EpochTime[];
  /** Samples of each class, or with each label, in each split, and of all. */
  readonly splits: readonly {
    readonly name: string;
    readonly counts: ArrayLike<number>;
    readonly pictures: number;
  }[];
  readonly augmented: readonly AugmentedSample[];
  readonly model: ModelFacts | undefined;
  /** What is done to a picture before evaluation, one line each. */
  readonly preprocessing: readonly string[];
}

/** Everything a report is made of, where each picture belongs to one class. */
export interface ReportData extends RunFacts {
  /** Of the best epoch's validation; empty where the run kept none. */
  readonly predictions: readonly Prediction[];
  readonly explained: readonly ExplainedSample[];
}

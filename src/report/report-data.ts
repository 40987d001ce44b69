// What a run's report tells: plain data, gathered elsewhere.

/** How the run ended and what it reached: the part of `summary.json` that is shown, with its keys. */
export interface ReportSummary {
  /** `completed`, `stopped`, `interrupted` or `failed`. */
  readonly status: string;
  readonly reason?: string | undefined;
  /** Of a run that failed. */
  readonly error?: { readonly message: string; readonly where?: string | undefined } | undefined;
  readonly epochs: number;
  readonly steps: number;
  /** Epoch from 0. */
  readonly best?: { readonly epoch: number; readonly score: number | null } | undefined;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly images_per_second: number;
  readonly data_wait: number;
  readonly wall_seconds: number;
  readonly runtime: string;
  readonly precision: string;
  readonly threads: number;
  readonly seed: number;
  readonly model: string;
  readonly classes: readonly string[];
  /** Pictures that could not be read and were left out, with the reason. */
  readonly bad_pictures: readonly { readonly name: string; readonly problem: string }[];
  readonly export?: string | undefined;
}

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

/** Everything a report is made of; lists that are empty leave their section out. */
export interface ReportData {
  /** The run's folder, as a name. */
  readonly name: string;
  readonly summary: ReportSummary;
  readonly configuration: readonly ConfigurationEntry[];
  readonly environment: readonly (readonly [name: string, value: string])[];
  readonly history: readonly EpochMetrics[];
  readonly timing: readonly EpochTime[];
  /** Of the best epoch's validation; empty where the run kept none. */
  readonly predictions: readonly Prediction[];
  /** Samples of each class in each split. */
  readonly splits: readonly { readonly name: string; readonly counts: ArrayLike<number> }[];
  readonly augmented: readonly AugmentedSample[];
  readonly model: ModelFacts | undefined;
  /** What is done to a picture before evaluation, one line each. */
  readonly preprocessing: readonly string[];
}

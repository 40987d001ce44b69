// How a run ended, in numbers: what `summary.json` holds and the report shows.

/** What a run failed with. */
export interface RunError {
  /** Stable, such as `PICTURE_CORRUPT`; `UNEXPECTED` for what is no error of the toolkit. */
  readonly code: string;
  readonly message: string;
  /** The picture, file or setting it is about, where there is one. */
  readonly where?: string | undefined;
  /** What can be done about it, where that is known. */
  readonly hint?: string | undefined;
}

/** An error as one line for people. */
export function errorLine({ where, message, hint }: RunError): string {
  return `${where === undefined ? "" : `${where}: `}${message}${hint === undefined ? "" : `; ${hint}`}`;
}

/** The keys of `summary.json`; those without a value are left out. */
export interface RunSummary {
  /** `completed`, `stopped` (by a callback, see `reason`), `interrupted` or `failed`. */
  readonly status: "completed" | "stopped" | "interrupted" | "failed";
  readonly reason?: string | undefined;
  /** Of a run that failed. */
  readonly error?: RunError | undefined;
  /** Epochs and optimizer steps done, earlier parts of a resumed run included. */
  readonly epochs: number;
  readonly steps: number;
  /** Epoch (from 0) whose weights are exported, with its monitored value. */
  readonly best?: { readonly epoch: number; readonly score: number | null } | undefined;
  /** Metrics by name: the last value of each, and `test/...` of the best weights. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Training throughput, validation left out. */
  readonly images_per_second: number;
  /** Share of the training time spent waiting for data, 0 to 1. */
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
  /** Where the exported model lies, relative to the run's folder. */
  readonly export?: string | undefined;
}

/** A summary as it is read from its file: JSON holds null for a number that is not finite. */
export type StoredSummary = Omit<RunSummary, "metrics"> & {
  readonly metrics: Readonly<Record<string, number | null>>;
};

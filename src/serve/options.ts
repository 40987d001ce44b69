// What a server is told: where it listens, how it batches, and what it lets clients do.

/** A model and the name that clients call it by. */
export interface ModelSource {
  /** Letters, digits and `._-`. */
  readonly name: string;
  /** An exported model; where another file takes its place, that is served from then on. */
  readonly path: string;
  /** Where the model does not hold its labels. */
  readonly labelsPath?: string | undefined;
}

/** What one request may cost, and how many may wait. */
export interface RequestLimits {
  /** Default 20 MB. */
  readonly maxBodyBytes: number;
  /** Pixels of a picture; default 64 million, which takes 192 MB while it is decoded. */
  readonly maxPixels: number;
  /** Pictures in a request; default 64. */
  readonly maxPictures: number;
  /** Requests that are worked on or wait; more get 429. Default 256. */
  readonly maxRequests: number;
  /** Bytes of all bodies that are in memory; more get 429. Default 256 MB. */
  readonly maxQueuedBytes: number;
  /** Time for a request's body to arrive, in ms; then 408. Default 30 s. */
  readonly bodyTimeoutMs: number;
  /** Time from the body to the answer, in ms; then 504. Default 30 s. */
  readonly deadlineMs: number;
}

/** All of a server's settings but its models. */
export interface ServeOptions extends RequestLimits {
  /** Default 127.0.0.1: this machine alone. */
  readonly host: string;
  /** 0: any that is free. Default 8080. */
  readonly port: number;
  /** Most pictures that a network computes together; default 16. */
  readonly batchSize: number;
  /** How long a picture waits for others while the network is idle, in ms; default 2. */
  readonly batchWindowMs: number;
  /** Compute threads of a model; default: onnxruntime's choice, the physical cores. */
  readonly threads?: number | undefined;
  /** Threads that decode and prepare pictures; default: one per processor, at most 4. */
  readonly workers: number;
  /** How often model files are looked at, in ms; default 1000. */
  readonly reloadMs: number;
}

/** What is not told. */
export const SERVE_DEFAULTS: Omit<ServeOptions, "workers"> = {
  host: "127.0.0.1",
  port: 8080,
  batchSize: 16,
  batchWindowMs: 2,
  reloadMs: 1000,
  maxBodyBytes: 20e6,
  maxPixels: 64e6,
  maxPictures: 64,
  maxRequests: 256,
  maxQueuedBytes: 256e6,
  bodyTimeoutMs: 30_000,
  deadlineMs: 30_000,
};

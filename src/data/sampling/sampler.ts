// What a sampler is.

/** The positions in the data set that an epoch goes through. */
export interface Sampler {
  /** Number of samples of an epoch. */
  readonly length: number;
  order(epoch: number): Uint32Array;
}

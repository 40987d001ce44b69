// The filter of one axis of a resize, as the kernels take it.

/** The number of fraction bits of the weights. */
export const PRECISION_BITS = 22;

/** Output `i` sums `counts[i]` inputs from `first[i]` on, weighted by `weights[i * stride]` and those after it. */
export interface Taps {
  readonly first: Int32Array;
  readonly counts: Int32Array;
  readonly stride: number;
  /** Fixed point with `PRECISION_BITS` fraction bits. */
  readonly weights: Int32Array;
}

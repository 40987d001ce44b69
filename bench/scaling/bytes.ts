// What the processes of bench/scaling.ts measure, and how much of it.

/** Bytes of a large sum. */
export const BYTES: number = 64 * 2 ** 20;

/** What sums over two processes take, in milliseconds. */
export interface LinkTimes {
  /** Of one number. */
  readonly smallMs: number;
  /** Of `BYTES`, in pieces as gradients are. */
  readonly largeMs: number;
}

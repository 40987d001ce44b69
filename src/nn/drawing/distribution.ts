// What first values are drawn from, and how: number by number, in order. The kernels give the same.
import type { RandomStream } from "../../core/index.ts";

/** What every value of a parameter is drawn from, independently of the others. */
export type Distribution =
  /** The same value everywhere. */
  | { readonly kind: "constant"; readonly value: number }
  /** Uniform in [-bound, bound). */
  | { readonly kind: "uniform"; readonly bound: number }
  /** Normal with mean 0, drawn again where it is beyond ±`bound`; default: nothing is. */
  | { readonly kind: "normal"; readonly deviation: number; readonly bound?: number };

/** No normal deviate is farther from the mean, in deviations: sqrt(-2 log 2^-53), of a uniform number of 53 bits. */
export const FARTHEST = 8.58;

/** Fills `values` with independent draws from `distribution`, in order. */
export function draw(distribution: Distribution, random: RandomStream, values: Float32Array): void {
  const next = drawer(distribution, random);
  for (let i = 0; i < values.length; i++) values[i] = next();
}

function drawer(distribution: Distribution, random: RandomStream): () => number {
  switch (distribution.kind) {
    case "constant":
      return () => distribution.value;
    case "uniform":
      return () => random.uniform(-distribution.bound, distribution.bound);
    case "normal":
      return () => {
        const { deviation, bound = Number.POSITIVE_INFINITY } = distribution;
        for (;;) {
          const value = random.normal(0, deviation);
          if (Math.abs(value) <= bound) return value;
        }
      };
  }
}

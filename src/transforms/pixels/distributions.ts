// Gamma, beta and Dirichlet deviates from a random stream.
import type { RandomStream } from "../../core/index.ts";

/** A gamma deviate of the given shape and scale 1 (Marsaglia and Tsang, 2000). */
export function gamma(shape: number, random: RandomStream): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random.float()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.float()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** A point of the simplex, Dirichlet with equal parameters `alpha`. */
export function dirichlet(alpha: number, size: number, random: RandomStream): number[] {
  const parts = Array.from({ length: size }, () => gamma(alpha, random));
  const sum = parts.reduce((total, part) => total + part, 0);
  return sum > 0 ? parts.map((part) => part / sum) : parts.map((_, i) => (i === 0 ? 1 : 0));
}

/** A beta deviate with both parameters `alpha`. */
export function symmetricBeta(alpha: number, random: RandomStream): number {
  return dirichlet(alpha, 2, random)[0]!;
}

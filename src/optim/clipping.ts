// Gradient clipping by norm and by value, over all gradients together.
import { add, div, maximum, minimum, mul, reduceSum, sqrt, type Value } from "../graph/index.ts";

/** How gradients are clipped: by their joint L2 norm or each element by itself. */
export interface GradientClipping {
  readonly algorithm: "norm" | "value";
  /** Largest norm, or largest magnitude of an element. */
  readonly limit: number;
}

/** L2 norm of all gradients together. */
export function globalNorm(gradients: readonly Value[]): Value {
  return sqrt(gradients.map((gradient) => reduceSum(mul(gradient, gradient))).reduce((a, b) => add(a, b)));
}

/**
 * The clipped gradients. By norm as torch's `clip_grad_norm_`: times min(1, limit / (norm + 1e-6)), `norm`
 * being that of all gradients before clipping.
 */
export function clipGradients(
  gradients: readonly Value[],
  norm: Value,
  { algorithm, limit }: GradientClipping,
): Value[] {
  if (algorithm === "value") return gradients.map((gradient) => minimum(maximum(gradient, -limit), limit));
  const scale = minimum(div(limit, add(norm, 1e-6)), 1);
  return gradients.map((gradient) => mul(gradient, scale));
}

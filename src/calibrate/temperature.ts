// The factor of logits under which labels are likeliest: Newton's steps between two bounds.

/** Temperatures that are considered: beyond, probabilities are equal, or 0 and 1. */
const [COLDEST, HOTTEST] = [0.05, 20];

/** First and second derivative of a convex function of the factor. */
export type Slope = (factor: number) => readonly [slope: number, curvature: number];

/**
 * Temperature scaling (Guo et al., "On Calibration of Modern Neural Networks", 2017): the mean negative log-likelihood is
 * convex in 1 / T. Newton's steps lead to its minimum, and halves of what is left where they would lead out of it.
 * @param start where the steps begin; default 1
 */
export function fitFactor(slopeAt: Slope, start = 1): number {
  let [low, high] = [1 / HOTTEST, 1 / COLDEST];
  let factor = start;
  while (high - low > 1e-10 * high) {
    const [slope, curvature] = slopeAt(factor);
    if (slope > 0) high = factor;
    else low = factor;
    const next = factor - slope / curvature;
    if (Math.abs(next - factor) < 1e-10 * factor) break;
    factor = next > low && next < high ? next : (low + high) / 2;
  }
  return factor;
}

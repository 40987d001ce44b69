// The cubic kernel of interpolation.

/**
 * The weight of a place at `distance`: Keys, "Cubic Convolution Interpolation" (1981).
 *
 * @param a slope at distance 1: -0.5 as Keys has it, -0.75 in torch's `interpolate`
 */
export function cubicWeight(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0;
}

// The error function in float64.

/** From here on it is one, to the last bit. */
const SATURATED = 6;

/**
 * 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x, by the series exp(-x^2) sum of 2^n x^(2n+1) / (2n+1)!!
 * (Abramowitz and Stegun 7.1.6), whose terms all have one sign.
 */
export function errorFunction(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) >= SATURATED) return Math.sign(x);
  const square = 2 * x * x;
  let term = x;
  let sum = x;
  for (let n = 3; Math.abs(term) > Math.abs(sum) * 1e-17; n += 2) {
    term *= square / n;
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

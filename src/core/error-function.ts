// The error function in float64.

/** From here on it is one, to the last bit. */
const SATURATED = 6;
/** Up to here the series is used, from here on the continued fraction, whose result near one is exact to the last bit. */
const FAR = 2;
/** Levels of the continued fraction that count from there on. */
const LEVELS = 60;

/** 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x, to 4e-16 of it. */
export function errorFunction(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) >= SATURATED) return Math.sign(x);
  return Math.abs(x) < FAR ? series(x) : Math.sign(x) * (1 - complement(Math.abs(x)));
}

/** What is missing to one, `1 - errorFunction(x)`, without losing digits where that is little. */
export function complementaryErrorFunction(x: number): number {
  return x < FAR ? 1 - errorFunction(x) : complement(x);
}

/** The derivative of gelu: the share of a normal distribution below x plus x times its density at x. */
export function geluSlope(x: number): number {
  return 0.5 * (1 + errorFunction(x * Math.SQRT1_2)) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}

/** exp(-x^2) sum of 2^n x^(2n+1) / (2n+1)!! (Abramowitz and Stegun 7.1.6): all terms have one sign. */
function series(x: number): number {
  const square = 2 * x * x;
  let term = x;
  let sum = x;
  for (let n = 3; Math.abs(term) > Math.abs(sum) * 1e-17; n += 2) {
    term *= square / n;
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** What is missing to one from `FAR` on: exp(-x^2) / sqrt(pi) / (x + (1/2) / (x + (2/2) / (x + (3/2) / ...))), 7.1.14. */
function complement(x: number): number {
  let fraction = x;
  for (let level = LEVELS; level > 0; level--) fraction = x + level / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}

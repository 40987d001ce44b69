// McNemar's test: whether two classifiers that judge the same samples differ in how often they are right.
import { complementaryErrorFunction } from "../core/index.ts";

/** What the test says of two classifiers. */
export interface McNemarResult {
  /** Probability of a difference at least as large where there is none, two-sided. */
  readonly p: number;
  /** Chi-squared with continuity correction, one degree of freedom; undefined where the test was exact. */
  readonly statistic: number | undefined;
  readonly method: "exact" | "chi-squared";
}

/** Samples on which they differ below which the test is exact; the chi-squared distribution is only near it. */
const FEW = 25;

/**
 * McNemar (1947), "Note on the sampling error of the difference between correlated proportions": of the samples on which only
 * one of two is right each has half. Below 25 of them the exact binomial test, else chi-squared with the continuity
 * correction of Edwards (1948).
 * @param onlyFirst samples on which only the first one is right
 * @param onlySecond samples on which only the second one is right
 */
export function mcnemarTest(onlyFirst: number, onlySecond: number): McNemarResult {
  const count = onlyFirst + onlySecond;
  if (count < FEW) {
    let term = 0.5 ** count;
    let tail = 0;
    for (let k = 0; k <= Math.min(onlyFirst, onlySecond); k++) {
      tail += term;
      term *= (count - k) / (k + 1);
    }
    return { p: Math.min(1, 2 * tail), statistic: undefined, method: "exact" };
  }
  const difference = Math.max(0, Math.abs(onlyFirst - onlySecond) - 1);
  const statistic = difference ** 2 / count;
  return { p: complementaryErrorFunction(Math.sqrt(statistic / 2)), statistic, method: "chi-squared" };
}

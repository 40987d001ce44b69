// Pairs of labels that are missed in the same pictures more often than each by itself would give.
import type { LabelPairCounts } from "../../metrics/index.ts";

/** Two labels, by index, in the pictures that have both. */
export interface MissedPair {
  readonly first: number;
  readonly second: number;
  /** Pictures with both, and those of them in which the one, the other and both are missed. */
  readonly pictures: number;
  readonly firstMissed: number;
  readonly secondMissed: number;
  readonly bothMissed: number;
  /** Pictures in which both would be missed if one had nothing to do with the other. */
  readonly expected: number;
  /** Chance of so many or more if that were so (Fisher's exact test, one-sided). */
  readonly p: number;
}

/** What chance alone would report in one of so many reports (Bonferroni's correction over all pairs). */
const SIGNIFICANCE = 0.05;

/** The pairs beyond chance, least likely first. */
export function missedTogether(
  { together, missed, missedBoth }: LabelPairCounts,
  labels: number,
): MissedPair[] {
  const candidates: MissedPair[] = [];
  for (let first = 0; first < labels; first++) {
    for (let second = first + 1; second < labels; second++) {
      const [forth, back] = [first * labels + second, second * labels + first];
      const [pictures, bothMissed] = [together[forth]!, missedBoth[forth]!];
      const [firstMissed, secondMissed] = [missed[back]!, missed[forth]!];
      if (firstMissed === 0 || secondMissed === 0) continue;
      const expected = (firstMissed * secondMissed) / pictures;
      const p = chanceOf(bothMissed, firstMissed, secondMissed, pictures);
      candidates.push({ first, second, pictures, firstMissed, secondMissed, bothMissed, expected, p });
    }
  }
  return candidates
    .filter(({ p }) => p * candidates.length < SIGNIFICANCE)
    .sort((a, b) => a.p - b.p || a.first - b.first || a.second - b.second);
}

/** P(X >= k) where `drawn` of `all` are drawn without replacement and `marked` of all are marked. */
function chanceOf(k: number, marked: number, drawn: number, all: number): number {
  const choose = (n: number, r: number): number => logFactorial(n) - logFactorial(r) - logFactorial(n - r);
  let chance = 0;
  for (let x = Math.max(k, marked + drawn - all); x <= Math.min(marked, drawn); x++)
    chance += Math.exp(choose(marked, x) + choose(all - marked, drawn - x) - choose(all, drawn));
  return Math.min(1, chance);
}

const logFactorials = [0];

function logFactorial(n: number): number {
  for (let i = logFactorials.length; i <= n; i++) logFactorials.push(logFactorials[i - 1]! + Math.log(i));
  return logFactorials[n]!;
}

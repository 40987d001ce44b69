// Where a chart's axis has its ticks, and what stands beside them.
import { percent } from "./html.ts";

/** Round values around a range, 4 to 7 of them. */
export function roundTicks(low: number, high: number): number[] {
  const span = high - low || Math.abs(high) || 1;
  const power = 10 ** Math.floor(Math.log10(span / 4));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((size) => span / size <= 5)!;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(Math.ceil(high / step - 1e-9), first + 1);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Shares as percent, with as many digits as tell all of the ticks apart from what they are not. */
export function percentLabel(ticks: readonly number[]): (share: number) => string {
  const exact = (digits: number): boolean =>
    ticks.every((share) => Math.abs(Number((share * 100).toFixed(digits)) - share * 100) < 1e-9);
  const digits = [0, 1, 2].find(exact) ?? 3;
  return (share) => percent(share, digits);
}

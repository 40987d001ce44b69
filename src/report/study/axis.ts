// An axis of a study's charts: numbers, logarithms or choices, with ticks that a person would choose.
import { plainNumber } from "../html.ts";
import { percentLabel, roundTicks } from "../ticks.ts";
import type { StudySetting } from "./study-data.ts";

/** Places of values from 0 to 1, and what stands beside them. */
export interface Axis {
  at(value: number | string): number;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

/** An axis for the values that a setting had. */
export function settingAxis({ choices, log }: StudySetting, values: readonly (number | string)[]): Axis {
  if (choices !== undefined) {
    const place = (value: number | string): number => (choices.indexOf(String(value)) + 0.5) / choices.length;
    return { at: place, ticks: choices.map((text) => ({ at: place(text), text })) };
  }
  return numberAxis(values.map(Number), log);
}

/** An axis from the smallest to the largest value, widened to its ticks. */
export function numberAxis(values: readonly number[], log = false, inPercent = false): Axis {
  const finite = values.filter(Number.isFinite);
  const [low, high] = [
    Math.min(...finite, Number.POSITIVE_INFINITY),
    Math.max(...finite, Number.NEGATIVE_INFINITY),
  ];
  if (low > high) return { at: () => 0.5, ticks: [] };
  const marks = log ? powers(low, high) : roundTicks(low, high);
  const scale = (value: number): number => (log ? Math.log(value) : value);
  const [from, to] = [Math.min(low, ...marks), Math.max(high, ...marks)].map(scale) as [number, number];
  const at = (value: number | string): number =>
    to === from ? 0.5 : (scale(Number(value)) - from) / (to - from);
  const text = inPercent ? percentLabel(marks) : plainNumber;
  return { at, ticks: marks.map((value) => ({ at: at(value), text: text(value) })) };
}

/** Powers of ten within a range; its ends where there are fewer than two. */
function powers(low: number, high: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const found = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(`1e${first + i}`));
  return found.length < 2 ? [low, high].map((value) => Number(value.toPrecision(3))) : found;
}

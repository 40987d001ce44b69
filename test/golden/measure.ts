// Comparing tensors with the golden files: norms, samples, allowed deviations.
import { expect } from "vitest";
import { type HostTensor, toNumbers } from "../../src/core/index.ts";
import { type Module, type StateDict, stateEntries } from "../../src/nn/index.ts";
import { stateTensor } from "./formula.ts";

/** Of a tensor's largest element: what float64 may lose to another order of summation. */
export const FLOAT64_TOLERANCE = 1e-9;

/** How many times the deviation of the reference implementation's float32 from its float64 ours may be. */
export const FLOAT32_SPREADS = 5;

/** One unit in the last place of float32, relative. */
export const FLOAT32_EPSILON: number = 2 ** -23;

/** L2 norm, then the elements at 0, floor(n / 2) and n - 1. */
export function normAndSamples({ data }: HostTensor): [number, number, number, number] {
  const values = toNumbers(data);
  const n = values.length;
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return [norm, values[0]!, values[Math.floor(n / 2)]!, values[n - 1]!];
}

export function largest(values: readonly number[]): number {
  return values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
}

/** The largest difference between numbers of equal places. */
export function largestDifference(a: readonly number[], b: readonly number[]): number {
  return largest(a.map((value, i) => value - b[i]!));
}

/** Fails where a number is farther from the expected one than allowed, or not a number. */
export function expectNear(
  actual: readonly number[],
  expected: readonly number[],
  allowed: number,
  label: string,
): void {
  expect(actual.length, `${label}: elements`).toBe(expected.length);
  for (const [i, wish] of expected.entries()) {
    const near = Math.abs(actual[i]! - wish) <= allowed;
    if (!near) throw new Error(`${label}: element ${i} is ${actual[i]}, not ${wish}; allowed is ${allowed}`);
  }
}

/** The formula state of a network. */
export function formulaState(network: Module, prefix: string, weightGain?: number): StateDict {
  return new Map(
    stateEntries(network).map(({ name, shape }) => [name, stateTensor(prefix, name, shape, weightGain)]),
  );
}

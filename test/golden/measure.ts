// Comparing tensors with the golden files: norms, samples, allowed deviations.
import { expect } from "vitest";
import { type HostTensor, hostTensor } from "../../src/core/index.ts";
import { Buffer, type Module, type StateDict } from "../../src/nn/index.ts";
import { stateTensor, word } from "./formula.ts";

/** Of a tensor's largest element: what float64 may lose to another order of summation. */
export const FLOAT64_TOLERANCE = 1e-9;

/** How many times the deviation of the reference implementation's float32 from its float64 ours may be. */
export const FLOAT32_SPREADS = 5;

/** One unit in the last place of float32, relative. */
export const FLOAT32_EPSILON: number = 2 ** -23;

/**
 * How many times the change that one unit in the last place of every weight, pixel and result of an op makes a float32
 * runtime may be from the oracle: within an op its sums are rounded too, and Winograd's convolutions before and after.
 */
export const ROUNDINGS = 20;

/** A float tensor with every element moved at random, but always alike, by up to one unit in the last place of float32. */
export function jittered(tensor: HostTensor, seed: number): HostTensor {
  if (tensor.dtype !== "float32") return tensor;
  const moved = Float64Array.from(tensor.data as Float32Array);
  for (let i = 0; i < moved.length; i++) moved[i]! *= 1 + FLOAT32_EPSILON * (word(seed, i) / 2 ** 31 - 1);
  return hostTensor("float64", tensor.shape, moved);
}

/** The L2 norm of the difference. */
export function distance({ data: a }: HostTensor, { data: b }: HostTensor): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += (Number(a[i]) - Number(b[i])) ** 2;
  return Math.sqrt(squares);
}

/** L2 norm, then the elements at 0, floor(n / 2) and n - 1. */
export function normAndSamples({ data }: HostTensor): [number, number, number, number] {
  const n = data.length;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += Number(data[i]) ** 2;
  const at = (i: number): number => Number(data[i]);
  return [Math.sqrt(squares), at(0), at(Math.floor(n / 2)), at(n - 1)];
}

export function largest(values: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) max = Math.max(max, Math.abs(values[i]!));
  return max;
}

/** The largest difference between numbers of equal places. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < a.length; i++) max = Math.max(max, Math.abs(a[i]! - b[i]!));
  return max;
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

/** The formula state of a network; tables of indices and coordinates are what the network computes. */
export function formulaState(network: Module, prefix: string, weightGain?: number): StateDict {
  return new Map(
    Array.from(network.namedState(), ([name, entry]) => {
      const computed = /relative_(position_index|coords_table)$/.test(name) && entry instanceof Buffer;
      const tensor = computed ? entry.initial() : stateTensor(prefix, name, entry.shape, weightGain);
      return [name, tensor];
    }),
  );
}

// How far a runtime's result may lie from the oracle's.
import { expect } from "vitest";
import { formatShape, type HostTensor, isFloat, sizeOf, toNumbers } from "../../src/core/index.ts";
import type { ValueType } from "../../src/graph/index.ts";
import type { Tolerance } from "./case.ts";

/**
 * 32, 64 and about 1000 units in the last place of float32: room for other orders of summation, not for other
 * formulas.
 */
const RELATIVE: Record<Tolerance, number> = { elementwise: 4e-6, accumulated: 8e-6, composed: 1e-4 };

/** Fails unless `actual` has the type asked for, and floats near and other elements equal to `expected`'s. */
export function expectClose(
  actual: HostTensor | undefined,
  expected: HostTensor,
  wanted: ValueType,
  tolerance: Tolerance,
  label: string,
): void {
  if (actual === undefined) throw new Error(`${label}: no such output`);
  expect(formatShape(actual.shape), `${label}: shape`).toBe(formatShape(wanted.shape));
  expect(actual.data.length, `${label}: elements`).toBe(sizeOf(wanted.shape));
  const values = toNumbers(actual.data);
  const oracle = toNumbers(expected.data);
  if (!isFloat(wanted.dtype)) {
    expect(actual.dtype, `${label}: dtype`).toBe(wanted.dtype);
    expect(values, label).toEqual(oracle);
    return;
  }
  expect(isFloat(actual.dtype), `${label}: dtype ${actual.dtype}`).toBe(true);
  const largest = oracle.reduce((max, x) => (Number.isFinite(x) ? Math.max(max, Math.abs(x)) : max), 0);
  for (const [i, wish] of oracle.entries()) {
    const scale = tolerance === "elementwise" ? Math.abs(wish) : largest;
    if (isNear(values[i]!, wish, RELATIVE[tolerance] * scale)) continue;
    throw new Error(`${label}: element ${i} of ${oracle.length} is ${values[i]}, the oracle gives ${wish}`);
  }
}

/** Values below float32's normal numbers may come out as zero. */
function isNear(value: number, wish: number, allowed: number): boolean {
  if (Object.is(value, wish) || value === wish) return true;
  return Math.abs(value - wish) <= Math.max(allowed, 1.2e-38);
}

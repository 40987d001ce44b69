// How far a runtime's result may lie from the oracle's.
import { formatShape, type HostTensor, isFloat, sizeOf, toNumbers } from "../../src/core/index.ts";
import { fixedShape, type ValueType } from "../../src/graph/index.ts";
import type { Tolerance } from "./case.ts";

/**
 * 32, 64 and about 1000 units in the last place of float32: room for other orders of summation, not for other
 * formulas.
 */
const RELATIVE: Record<Tolerance, number> = { elementwise: 4e-6, accumulated: 8e-6, composed: 1e-4 };

/** What is wrong with `actual`, unless it has the type asked for, and floats near and other elements equal to `expected`'s. */
export function difference(
  actual: HostTensor | undefined,
  expected: HostTensor,
  wanted: ValueType,
  tolerance: Tolerance,
): string | undefined {
  if (actual === undefined) return "no such output";
  if (formatShape(actual.shape) !== formatShape(wanted.shape)) return `shape ${formatShape(actual.shape)}`;
  if (actual.data.length !== sizeOf(fixedShape(wanted.shape))) return `${actual.data.length} elements`;
  const isExact = !isFloat(wanted.dtype);
  if (isExact ? actual.dtype !== wanted.dtype : !isFloat(actual.dtype)) return `dtype ${actual.dtype}`;
  const values = toNumbers(actual.data);
  const oracle = toNumbers(expected.data);
  const largest = oracle.reduce((max, x) => (Number.isFinite(x) ? Math.max(max, Math.abs(x)) : max), 0);
  for (const [i, wish] of oracle.entries()) {
    const scale = tolerance === "elementwise" ? Math.abs(wish) : largest;
    if (isNear(values[i]!, wish, isExact ? 0 : RELATIVE[tolerance] * scale)) continue;
    return `element ${i} of ${oracle.length} is ${values[i]}, the oracle gives ${wish}`;
  }
  return undefined;
}

/** Values below float32's normal numbers may come out as zero. */
function isNear(value: number, wish: number, allowed: number): boolean {
  if (Object.is(value, wish) || value === wish) return true;
  return Math.abs(value - wish) <= Math.max(allowed, 1.2e-38);
}

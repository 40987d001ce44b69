// Fails a test whose result lies too far from the oracle's.
import type { HostTensor } from "../../src/core/index.ts";
import type { ValueType } from "../../src/graph/index.ts";
import type { Tolerance } from "./case.ts";
import { difference } from "./closeness.ts";

/** Fails unless `actual` has the type asked for, and floats near and other elements equal to `expected`'s. */
export function expectClose(
  actual: HostTensor | undefined,
  expected: HostTensor,
  wanted: ValueType,
  tolerance: Tolerance,
  label: string,
): void {
  const problem = difference(actual, expected, wanted, tolerance);
  if (problem !== undefined) throw new Error(`${label}: ${problem}`);
}

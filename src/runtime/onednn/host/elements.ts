// Numbers of any element type, as the loops in JavaScript see them.
import type { ElementArray } from "../plan/element-type.ts";

/** What loops are written on: int64 elements are bigints, others numbers. */
export type Elements = { [index: number]: number; readonly length: number };

/** The same array, to be indexed without regard to its type. */
export function loose(array: ElementArray): Elements {
  return array as unknown as Elements;
}

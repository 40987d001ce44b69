// NumPy's files of arrays: version 1.0 of https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
import type { Shape } from "./shape.ts";

/** What a file of little-endian float32 numbers of `shape` begins with; the numbers follow, row-major. */
export function npyHeader(shape: Shape): Uint8Array {
  const text = new TextEncoder();
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`;
  const prefix = [0x93, ...text.encode("NUMPY"), 1, 0];
  const length = Math.ceil((prefix.length + 2 + description.length + 1) / 64) * 64 - prefix.length - 2;
  return Uint8Array.of(
    ...prefix,
    length & 0xff,
    length >> 8,
    ...text.encode(`${description.padEnd(length - 1)}\n`),
  );
}

// Unpacks PackBits, Apple's run-length code.

/** Fills `output`; false where the data ends too early. */
export function unpackBits(packed: Uint8Array, output: Uint8Array): boolean {
  let [at, written] = [0, 0];
  while (written < output.length) {
    if (at + 1 >= packed.length) return false;
    const head = packed[at++]!;
    if (head === 128) continue;
    const length = Math.min(head < 128 ? head + 1 : 257 - head, output.length - written);
    if (head < 128) {
      if (at + length > packed.length) return false;
      output.set(packed.subarray(at, at + length), written);
      at += head + 1;
    } else output.fill(packed[at++]!, written, written + length);
    written += length;
  }
  return true;
}

// Unpacks the run-length codes of bitmaps, RLE8 and RLE4.

const ESCAPE = { endOfRow: 0, endOfBitmap: 1, move: 2 } as const;

/**
 * One index a byte, in the order of the file, as Pillow unpacks them: a run that is too long for its row is cut, what is
 * moved over is 0.
 * @returns undefined where the codes do not fill the picture
 */
export function unpackRuns(
  bytes: Uint8Array,
  start: number,
  width: number,
  height: number,
  isRuns4: boolean,
): Uint8Array | undefined {
  const indices = new Uint8Array(width * height);
  let [at, written, x] = [start, 0, 0];
  while (written < indices.length) {
    if (at + 1 >= bytes.length) return undefined;
    const [count, value] = [bytes[at]!, bytes[at + 1]!];
    at += 2;
    if (count > 0) {
      const run = Math.min(count, Math.max(0, width - x), indices.length - written);
      for (let i = 0; i < run; i++) indices[written + i] = isRuns4 ? nibble(value, i) : value;
      written += run;
      x += run;
    } else if (value === ESCAPE.endOfRow) {
      written = Math.ceil(written / width) * width;
      x = 0;
    } else if (value === ESCAPE.endOfBitmap) {
      return undefined;
    } else if (value === ESCAPE.move) {
      if (at + 1 >= bytes.length) return undefined;
      written += bytes[at]! + bytes[at + 1]! * width;
      x = written % width;
      at += 2;
    } else {
      const literal = Math.min(value, indices.length - written);
      const length = isRuns4 ? Math.ceil(literal / 2) : literal;
      if (at + length > bytes.length) return undefined;
      for (let i = 0; i < literal; i++)
        indices[written + i] = isRuns4 ? nibble(bytes[at + (i >> 1)]!, i) : bytes[at + i]!;
      written += literal;
      x += value;
      // The next code lies at an even place of the file.
      at += length + ((at + length) % 2);
    }
  }
  return indices;
}

/** The high or, of an odd pixel, the low half of a byte. */
function nibble(byte: number, pixel: number): number {
  return pixel % 2 === 0 ? byte >> 4 : byte & 15;
}

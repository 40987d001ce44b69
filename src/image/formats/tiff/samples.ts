// The numbers in the unpacked bytes of a TIFF.
import { SAMPLE_FORMAT, type TiffLayout } from "./layout.ts";

/**
 * All samples of some rows, each of which begins at a byte of its own.
 * @param piece little-endian
 */
export function readSamples(
  piece: Uint8Array,
  { bits, format }: Pick<TiffLayout, "bits" | "format">,
  rowSamples: number,
  rowBytes: number,
): ArrayLike<number> {
  if (bits === 8) return piece;
  if (bits === 16 || bits === 32) {
    const { buffer } = new Uint8Array(piece);
    if (format === SAMPLE_FORMAT.float) return new Float32Array(buffer);
    if (bits === 32) return new Int32Array(buffer);
    return format === SAMPLE_FORMAT.signed ? new Int16Array(buffer) : new Uint16Array(buffer);
  }
  const rows = Math.floor(piece.length / rowBytes);
  const samples = new Uint16Array(rows * rowSamples);
  const mask = (1 << bits) - 1;
  for (let i = 0; i < samples.length; i++) {
    const bit = (i % rowSamples) * bits;
    const at = Math.floor(i / rowSamples) * rowBytes + (bit >> 3);
    const word = (piece[at]! << 8) | (piece[at + 1] ?? 0);
    samples[i] = (word >> (16 - bits - (bit & 7))) & mask;
  }
  return samples;
}

/** Samples of a kind, each in an array of its own, as if they had lain pixel by pixel. */
export function interleave(planes: readonly ArrayLike<number>[]): ArrayLike<number> {
  const [first] = planes;
  if (planes.length === 1) return first!;
  const samples = new Uint16Array(first!.length * planes.length);
  for (const [plane, values] of planes.entries()) {
    for (let i = 0; i < values.length; i++) samples[i * planes.length + plane] = values[i]!;
  }
  return samples;
}

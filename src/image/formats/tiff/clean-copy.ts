// A copy of a TIFF that holds no tag but those its pixels need, so that nothing else is there to complain of.
import type { TiffDirectory } from "./directory.ts";

/** Size, samples, compression, strips, tiles, the options of fax codes, the tables of JPEG, and YCbCr's. */
const NEEDED: readonly number[] = [
  ...[256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 317, 322, 323, 324, 325, 338, 339],
  ...[347, 529, 530, 531, 532],
];

/**
 * The same pieces at the same places, and one directory behind them.
 * @returns undefined where values of the directory lie beyond the file
 */
export function cleanCopy(
  bytes: Uint8Array,
  { entries, littleEndian, big }: TiffDirectory,
): Uint8Array | undefined {
  const needed = NEEDED.flatMap((tag) => entries.get(tag) ?? []);
  if (!needed.every((entry) => entry.isWithin())) return undefined;
  const records = needed.map(({ record }) => record);
  const start = bytes.length + (bytes.length % 2);
  const [headBytes, entryBytes, tailBytes] = big ? [8, 20, 8] : [2, 12, 4];
  const copy = new Uint8Array(start + headBytes + records.length * entryBytes + tailBytes);
  copy.set(bytes);
  const view = new DataView(copy.buffer);
  if (big) {
    view.setBigUint64(8, BigInt(start), littleEndian);
    view.setBigUint64(start, BigInt(records.length), littleEndian);
  } else {
    view.setUint32(4, start, littleEndian);
    view.setUint16(start, records.length, littleEndian);
  }
  for (const [i, record] of records.entries()) copy.set(record, start + headBytes + i * entryBytes);
  return copy;
}

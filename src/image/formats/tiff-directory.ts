// Reads the first directory of a TIFF file or EXIF block.

const [LITTLE_ENDIAN, BIG_ENDIAN] = [0x4949, 0x4d4d];
const MAGIC = 42;
const ENTRY_BYTES = 12;
const SHORT = 3;

/**
 * The tags that are one 16-bit number, with it, and the others, undefined; a tag that is there twice is undefined, too.
 * @returns undefined where the directory does not lie within the data or the header is none
 */
export function readTiffDirectory(data: Uint8Array): ReadonlyMap<number, number | undefined> | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (view.byteLength < 8) return undefined;
  const order = view.getUint16(0);
  const little = order === LITTLE_ENDIAN;
  if ((!little && order !== BIG_ENDIAN) || view.getUint16(2, little) !== MAGIC) return undefined;
  const start = view.getUint32(4, little);
  if (start + 2 > view.byteLength) return undefined;
  const entries = view.getUint16(start, little);
  if (start + 2 + entries * ENTRY_BYTES > view.byteLength) return undefined;
  const tags = new Map<number, number | undefined>();
  for (let at = start + 2; at < start + 2 + entries * ENTRY_BYTES; at += ENTRY_BYTES) {
    const tag = view.getUint16(at, little);
    const isOneShort = view.getUint16(at + 2, little) === SHORT && view.getUint32(at + 4, little) === 1;
    tags.set(tag, isOneShort && !tags.has(tag) ? view.getUint16(at + 8, little) : undefined);
  }
  return tags;
}

// Reads the first directory of a TIFF file, with offsets of 32 or of 64 bits, or of an EXIF block.

/** One tag of a directory. */
export interface TiffEntry {
  readonly type: number;
  readonly count: number;
  /** Whether no other entry has its tag. */
  readonly unique: boolean;
  /** The whole numbers it holds; undefined where it holds others, or where they do not lie within the data. */
  numbers(): readonly number[] | undefined;
  /** The entry as it stands in the directory. */
  readonly record: Uint8Array;
}

/** The tags of the first picture, with what is needed to read their values. */
export interface TiffDirectory {
  readonly littleEndian: boolean;
  /** Whether offsets have 64 bits. */
  readonly big: boolean;
  /** By tag; of a tag that is there twice, the first. */
  readonly entries: ReadonlyMap<number, TiffEntry>;
}

const [LITTLE_ENDIAN, BIG_ENDIAN] = [0x4949, 0x4d4d];
const [MAGIC, BIG_MAGIC] = [42, 43];
/** Bytes of a value by its type, for the types that whole numbers have. */
const VALUE_BYTES: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4, 7: 1, 13: 4, 16: 8, 18: 8 };

/** @returns undefined where the directory does not lie within the data or the header is none */
export function readTiffDirectory(data: Uint8Array): TiffDirectory | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (view.byteLength < 8) return undefined;
  const order = view.getUint16(0);
  const little = order === LITTLE_ENDIAN;
  if (!little && order !== BIG_ENDIAN) return undefined;
  const magic = view.getUint16(2, little);
  const big = magic === BIG_MAGIC;
  if ((!big && magic !== MAGIC) || (big && view.byteLength < 16)) return undefined;
  const uint64 = (at: number): number => Number(view.getBigUint64(at, little));
  const offsetAt = (at: number): number => (big ? uint64(at) : view.getUint32(at, little));
  const start = offsetAt(big ? 8 : 4);
  const [headBytes, entryBytes, inlineBytes] = big ? [8, 20, 8] : [2, 12, 4];
  if (start + headBytes > view.byteLength) return undefined;
  const count = big ? uint64(start) : view.getUint16(start, little);
  if (start + headBytes + count * entryBytes > view.byteLength) return undefined;
  const entries = new Map<number, TiffEntry>();
  for (let i = 0; i < count; i++) {
    const at = start + headBytes + i * entryBytes;
    const tag = view.getUint16(at, little);
    const type = view.getUint16(at + 2, little);
    const values = offsetAt(at + 4);
    const valueBytes = VALUE_BYTES[type];
    const numbers = (): readonly number[] | undefined => {
      if (valueBytes === undefined) return undefined;
      const bytes = values * valueBytes;
      const from =
        bytes <= inlineBytes ? at + entryBytes - inlineBytes : offsetAt(at + entryBytes - inlineBytes);
      if (from + bytes > view.byteLength) return undefined;
      const read = (place: number): number => {
        if (valueBytes === 1) return view.getUint8(place);
        if (valueBytes === 2) return view.getUint16(place, little);
        return valueBytes === 4 ? view.getUint32(place, little) : uint64(place);
      };
      return Array.from({ length: values }, (_, index) => read(from + index * valueBytes));
    };
    const known = entries.get(tag);
    const record = data.subarray(at, at + entryBytes);
    entries.set(
      tag,
      known ? { ...known, unique: false } : { type, count: values, unique: true, numbers, record },
    );
  }
  return { littleEndian: little, big, entries };
}

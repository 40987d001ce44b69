// Reads the first directory of a TIFF file, with offsets of 32 or of 64 bits, or of an EXIF block.

const [LITTLE_ENDIAN, BIG_ENDIAN] = [0x4949, 0x4d4d];
const [MAGIC, BIG_MAGIC] = [42, 43];
/** Bytes of a value by its type. */
const TYPE_BYTES: readonly number[] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
/** Types whose values are whole numbers without a sign, or bytes. */
const WHOLE: readonly number[] = [1, 3, 4, 7, 13, 16, 18];

/** One tag of a directory. */
export class TiffEntry {
  /** Whether no other entry has its tag. */
  unique = true;
  readonly #view: DataView;
  readonly #at: number;
  readonly #littleEndian: boolean;
  readonly #big: boolean;

  /** @param at where the entry begins */
  constructor(view: DataView, at: number, littleEndian: boolean, big: boolean) {
    this.#view = view;
    this.#at = at;
    this.#littleEndian = littleEndian;
    this.#big = big;
  }

  get type(): number {
    return this.#view.getUint16(this.#at + 2, this.#littleEndian);
  }

  get count(): number {
    return this.#offset(this.#at + 4);
  }

  /** The entry as it stands in the directory. */
  get record(): Uint8Array {
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.#at, entryBytesOf(this.#big));
  }

  /** The whole numbers it holds; undefined where it holds others, or where they do not lie within the data. */
  numbers(): readonly number[] | undefined {
    const { type, count } = this;
    const from = this.#place();
    const valueBytes = TYPE_BYTES[type]!;
    if (from === undefined || !WHOLE.includes(type)) return undefined;
    return Array.from({ length: count }, (_, i) => this.#read(from + i * valueBytes, valueBytes));
  }

  /** Whether its values lie within the data. */
  isWithin(): boolean {
    return this.#place() !== undefined;
  }

  /** Where its values begin. */
  #place(): number | undefined {
    const bytes = this.count * (TYPE_BYTES[this.type] ?? 0);
    const value = this.#at + (this.#big ? 12 : 8);
    const from = bytes <= (this.#big ? 8 : 4) ? value : this.#offset(value);
    return from + bytes <= this.#view.byteLength ? from : undefined;
  }

  #read(at: number, bytes: number): number {
    if (bytes === 1) return this.#view.getUint8(at);
    if (bytes === 2) return this.#view.getUint16(at, this.#littleEndian);
    if (bytes === 4) return this.#view.getUint32(at, this.#littleEndian);
    return Number(this.#view.getBigUint64(at, this.#littleEndian));
  }

  #offset(at: number): number {
    return this.#read(at, this.#big ? 8 : 4);
  }
}

/** The tags of the first picture, with what is needed to read their values. */
export interface TiffDirectory {
  readonly littleEndian: boolean;
  /** Whether offsets have 64 bits. */
  readonly big: boolean;
  /** By tag; of a tag that is there twice, the first. */
  readonly entries: ReadonlyMap<number, TiffEntry>;
}

const entryBytesOf = (big: boolean): number => (big ? 20 : 12);

/** @returns undefined where the directory does not lie within the data or the header is none */
export function readTiffDirectory(data: Uint8Array): TiffDirectory | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (view.byteLength < 8) return undefined;
  const order = view.getUint16(0);
  const littleEndian = order === LITTLE_ENDIAN;
  if (!littleEndian && order !== BIG_ENDIAN) return undefined;
  const magic = view.getUint16(2, littleEndian);
  const big = magic === BIG_MAGIC;
  if ((!big && magic !== MAGIC) || (big && view.byteLength < 16)) return undefined;
  const uint64 = (at: number): number => Number(view.getBigUint64(at, littleEndian));
  const start = big ? uint64(8) : view.getUint32(4, littleEndian);
  const first = start + (big ? 8 : 2);
  if (first > view.byteLength) return undefined;
  const count = big ? uint64(start) : view.getUint16(start, littleEndian);
  const end = first + count * entryBytesOf(big);
  if (end > view.byteLength) return undefined;
  const entries = new Map<number, TiffEntry>();
  for (let at = first; at < end; at += entryBytesOf(big)) {
    const tag = view.getUint16(at, littleEndian);
    const known = entries.get(tag);
    if (known === undefined) entries.set(tag, new TiffEntry(view, at, littleEndian, big));
    else known.unique = false;
  }
  return { littleEndian, big, entries };
}

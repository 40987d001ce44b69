// The directory of a zip archive: what is in it, and where.
// Format: PKWARE APPNOTE.TXT 6.3.10.
import { LOCAL_HEADER_SIZE } from "./local-header.ts";

const CENTRAL_HEADER = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const END_64_LOCATOR = 0x07064b50;
const CENTRAL_SIZE = 46;
const END_SIZE = 22;
const END_64_SIZE = 56;
const LOCATOR_SIZE = 20;
const LONGEST_COMMENT = 0xffff;
/** In a 16- or 32-bit field: the value stands in the zip64 record instead. */
const IN_ZIP64_16 = 0xffff;
const IN_ZIP64_32 = 0xffffffff;
const ZIP64_EXTRA = 0x0001;
const ENCRYPTED = 1;

/** The bytes of an archive, read a range at a time. */
export interface ZipSource {
  /** Number of bytes. */
  readonly size: number;
  /** A fresh copy of `length` bytes at `offset`. */
  read(offset: number, length: number): Uint8Array<ArrayBuffer>;
}

/** One entry, as the archive's central directory describes it. */
export interface ZipEntry {
  /** As it stands in the archive; `zipName` is what it means. */
  readonly nameBytes: Uint8Array;
  /** The extra fields, which may hold the name once more. */
  readonly extra: Uint8Array;
  /** General purpose bits; bit 11: the name is UTF-8. */
  readonly flags: number;
  /** 0: stored, 8: deflated. */
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc32: number;
  /** Bytes in the archive. */
  readonly packedSize: number;
  readonly size: number;
  /** Where its local header starts. */
  readonly offset: number;
}

/** What is wrong with an archive, as a sentence's end. */
export class ZipError extends Error {}

/**
 * The entries of a zip archive, in the order of its directory; their local headers lie in the file.
 * @throws ZipError where the directory is damaged, and what `source` throws
 */
export function readZipDirectory(source: ZipSource): ZipEntry[] {
  const { start, size, count } = findDirectory(source);
  const directory = new DataView(source.read(start, size).buffer);
  const entries: ZipEntry[] = [];
  let position = 0;
  for (let i = 0; i < count; i++) {
    const { entry, length } = readCentralHeader(directory, position);
    if (entry.offset + LOCAL_HEADER_SIZE + entry.nameBytes.length + entry.packedSize > start)
      throw new ZipError("an entry is larger than its place in the archive");
    entries.push(entry);
    position += length;
  }
  if (position !== size) throw new ZipError("the archive's directory has a wrong size");
  return entries;
}

function findDirectory(source: ZipSource): { start: number; size: number; count: number } {
  const tailLength = Math.min(source.size, END_SIZE + LONGEST_COMMENT);
  const tailStart = source.size - tailLength;
  const tail = new DataView(source.read(tailStart, tailLength).buffer);
  for (let at = tailLength - END_SIZE; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END || tail.getUint16(at + 20, true) !== tailLength - at - END_SIZE)
      continue;
    const disk = tail.getUint16(at + 4, true);
    const count = tail.getUint16(at + 10, true);
    const size = tail.getUint32(at + 12, true);
    const start = tail.getUint32(at + 16, true);
    const end = tailStart + at;
    const directory =
      count === IN_ZIP64_16 || size === IN_ZIP64_32 || start === IN_ZIP64_32
        ? findDirectory64(source, end)
        : { start, size, count, end };
    if (
      disk !== 0 ||
      directory.start + directory.size > directory.end ||
      directory.count * CENTRAL_SIZE > directory.size
    ) {
      throw new ZipError("the archive's directory does not fit in the file");
    }
    return directory;
  }
  throw new ZipError("the archive has no directory at its end");
}

/** @param end where the 32-bit end record starts; the locator stands right before it. */
function findDirectory64(
  source: ZipSource,
  end: number,
): { start: number; size: number; count: number; end: number } {
  const locatorStart = end - LOCATOR_SIZE;
  if (locatorStart < 0) throw new ZipError("the archive lacks its zip64 directory");
  const locator = new DataView(source.read(locatorStart, LOCATOR_SIZE).buffer);
  const recordStart = Number(locator.getBigUint64(8, true));
  if (locator.getUint32(0, true) !== END_64_LOCATOR || recordStart + END_64_SIZE > locatorStart) {
    throw new ZipError("the archive lacks its zip64 directory");
  }
  const record = new DataView(source.read(recordStart, END_64_SIZE).buffer);
  if (record.getUint32(0, true) !== END_64) throw new ZipError("the archive lacks its zip64 directory");
  return {
    count: Number(record.getBigUint64(32, true)),
    size: Number(record.getBigUint64(40, true)),
    start: Number(record.getBigUint64(48, true)),
    end: recordStart,
  };
}

function readCentralHeader(directory: DataView, at: number): { entry: ZipEntry; length: number } {
  if (at + CENTRAL_SIZE > directory.byteLength || directory.getUint32(at, true) !== CENTRAL_HEADER) {
    throw new ZipError("the archive's directory is damaged");
  }
  const nameLength = directory.getUint16(at + 28, true);
  const extraLength = directory.getUint16(at + 30, true);
  const length = CENTRAL_SIZE + nameLength + extraLength + directory.getUint16(at + 32, true);
  if (at + length > directory.byteLength) throw new ZipError("the archive's directory is damaged");
  const fields = {
    size: directory.getUint32(at + 24, true),
    packedSize: directory.getUint32(at + 20, true),
    offset: directory.getUint32(at + 42, true),
  };
  const extraStart = at + CENTRAL_SIZE + nameLength;
  readZip64Extra(new DataView(directory.buffer, extraStart, extraLength), fields);
  const flags = directory.getUint16(at + 8, true);
  const entry = {
    ...fields,
    nameBytes: new Uint8Array(directory.buffer, at + CENTRAL_SIZE, nameLength),
    extra: new Uint8Array(directory.buffer, extraStart, extraLength),
    flags,
    method: directory.getUint16(at + 10, true),
    encrypted: (flags & ENCRYPTED) !== 0,
    crc32: directory.getUint32(at + 16, true),
  };
  return { entry, length };
}

/** Replaces the fields that are too large for 32 bits; the extra field holds just those, in this order. */
function readZip64Extra(extra: DataView, fields: { size: number; packedSize: number; offset: number }): void {
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const end = at + 4 + extra.getUint16(at + 2, true);
    if (extra.getUint16(at, true) === ZIP64_EXTRA && end <= extra.byteLength) {
      at += 4;
      for (const field of ["size", "packedSize", "offset"] as const) {
        if (fields[field] !== IN_ZIP64_32 || at + 8 > end) continue;
        fields[field] = Number(extra.getBigUint64(at, true));
        at += 8;
      }
      return;
    }
    at = end;
  }
}

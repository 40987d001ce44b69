// Reads zip archives whose entries are stored, as torch.save writes them; never writes, never unpacks names.
// Format: PKWARE APPNOTE.TXT 6.3.10.
import { crc32 } from "node:zlib";
import type { ByteSource } from "../byte-source.ts";
import { invalid, refused } from "./errors.ts";

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const END_64_LOCATOR = 0x07064b50;
const LOCAL_SIZE = 30;
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

/** One entry, as the archive's central directory describes it. */
export interface ZipEntry {
  readonly name: string;
  readonly size: number;
  readonly crc32: number;
  /** Where its local header starts. */
  readonly offset: number;
}

/**
 * The directory of a zip archive, in its order. Entries lie in the file, do not overlap and are not
 * compressed, so that all of them together are never more than the file.
 * @throws ClassifierTrainingError `PYTORCH_INVALID` or `PYTORCH_REFUSED`.
 */
export function readZipDirectory(source: ByteSource): ReadonlyMap<string, ZipEntry> {
  const { start, size, count } = findDirectory(source);
  const directory = new DataView(source.read(start, size).buffer);
  const entries = new Map<string, ZipEntry>();
  let position = 0;
  for (let i = 0; i < count; i++) {
    const { entry, length } = readCentralHeader(directory, position);
    if (entries.has(entry.name)) throw invalid(`the archive has "${entry.name}" twice`);
    entries.set(entry.name, entry);
    position += length;
  }
  if (position !== size) throw invalid("the archive's directory has a wrong size");
  checkDisjoint(entries, start);
  return entries;
}

/**
 * The bytes of an entry, in memory of their own, checked against its CRC.
 * @throws ClassifierTrainingError `PYTORCH_INVALID`.
 */
export function readZipEntry(source: ByteSource, entry: ZipEntry): Uint8Array<ArrayBuffer> {
  const local = source.read(entry.offset, LOCAL_SIZE + entry.name.length);
  const header = new DataView(local.buffer);
  const named =
    header.getUint32(0, true) === LOCAL_HEADER &&
    header.getUint16(26, true) === entry.name.length &&
    decodeName(local.subarray(LOCAL_SIZE)) === entry.name;
  if (!named || header.getUint16(8, true) !== 0) {
    throw invalid(`"${entry.name}" is not where the archive's directory says`);
  }
  const dataStart = entry.offset + local.length + header.getUint16(28, true);
  const bytes = source.read(dataStart, entry.size);
  if (crc32(bytes) !== entry.crc32) throw invalid(`the bytes of "${entry.name}" do not match their checksum`);
  return bytes;
}

function findDirectory(source: ByteSource): { start: number; size: number; count: number } {
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
      throw invalid("the archive's directory does not fit in the file");
    }
    return directory;
  }
  throw invalid("the archive has no directory at its end");
}

/** @param end where the 32-bit end record starts; the locator stands right before it. */
function findDirectory64(
  source: ByteSource,
  end: number,
): { start: number; size: number; count: number; end: number } {
  const locatorStart = end - LOCATOR_SIZE;
  if (locatorStart < 0) throw invalid("the archive lacks its zip64 directory");
  const locator = new DataView(source.read(locatorStart, LOCATOR_SIZE).buffer);
  const recordStart = Number(locator.getBigUint64(8, true));
  if (locator.getUint32(0, true) !== END_64_LOCATOR || recordStart + END_64_SIZE > locatorStart) {
    throw invalid("the archive lacks its zip64 directory");
  }
  const record = new DataView(source.read(recordStart, END_64_SIZE).buffer);
  if (record.getUint32(0, true) !== END_64) throw invalid("the archive lacks its zip64 directory");
  return {
    count: Number(record.getBigUint64(32, true)),
    size: Number(record.getBigUint64(40, true)),
    start: Number(record.getBigUint64(48, true)),
    end: recordStart,
  };
}

function readCentralHeader(directory: DataView, at: number): { entry: ZipEntry; length: number } {
  if (at + CENTRAL_SIZE > directory.byteLength || directory.getUint32(at, true) !== CENTRAL_HEADER) {
    throw invalid("the archive's directory is damaged");
  }
  const nameLength = directory.getUint16(at + 28, true);
  const extraLength = directory.getUint16(at + 30, true);
  const length = CENTRAL_SIZE + nameLength + extraLength + directory.getUint16(at + 32, true);
  if (at + length > directory.byteLength) throw invalid("the archive's directory is damaged");
  const name = decodeName(new Uint8Array(directory.buffer, at + CENTRAL_SIZE, nameLength));
  const fields = {
    size: directory.getUint32(at + 24, true),
    compressed: directory.getUint32(at + 20, true),
    offset: directory.getUint32(at + 42, true),
  };
  readZip64Extra(new DataView(directory.buffer, at + CENTRAL_SIZE + nameLength, extraLength), fields);
  const method = directory.getUint16(at + 10, true);
  if (method !== 0 || (directory.getUint16(at + 8, true) & ENCRYPTED) !== 0) {
    throw refused(`"${name}" is compressed or encrypted, which torch.save does not do`);
  }
  if (fields.compressed !== fields.size) throw invalid(`"${name}" has two different sizes`);
  return {
    entry: { name, size: fields.size, crc32: directory.getUint32(at + 16, true), offset: fields.offset },
    length,
  };
}

/** Replaces the fields that are too large for 32 bits; the extra field holds just those, in this order. */
function readZip64Extra(extra: DataView, fields: { size: number; compressed: number; offset: number }): void {
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const end = at + 4 + extra.getUint16(at + 2, true);
    if (extra.getUint16(at, true) === ZIP64_EXTRA && end <= extra.byteLength) {
      at += 4;
      for (const field of ["size", "compressed", "offset"] as const) {
        if (fields[field] !== IN_ZIP64_32 || at + 8 > end) continue;
        fields[field] = Number(extra.getBigUint64(at, true));
        at += 8;
      }
      return;
    }
    at = end;
  }
}

function checkDisjoint(entries: ReadonlyMap<string, ZipEntry>, directoryStart: number): void {
  const sorted = [...entries.values()].sort((a, b) => a.offset - b.offset);
  for (const [i, { name, size, offset }] of sorted.entries()) {
    const end = offset + LOCAL_SIZE + name.length + size;
    if (end > (sorted[i + 1]?.offset ?? directoryStart))
      throw invalid(`"${name}" is larger than its place in the archive`);
  }
}

/** Names are compared, never used as paths; Latin-1 keeps every byte apart. */
function decodeName(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

// The entries of a zip archive as torch.save writes it: stored, apart from each other; names are never unpacked.
import { crc32 } from "node:zlib";
import { LOCAL_HEADER_SIZE, readLocalHeader, readZipDirectory, ZipError } from "../../zip/index.ts";
import type { ByteSource } from "../byte-source.ts";
import { invalid, refused } from "./errors.ts";

const STORED = 0;

/** One entry of an archive of weights. */
export interface StoredEntry {
  readonly name: string;
  readonly size: number;
  readonly crc32: number;
  /** Where its local header starts. */
  readonly offset: number;
}

/**
 * The entries of a zip archive by name, in its order. They lie in the file, do not overlap and are not
 * compressed, so that all of them together are never more than the file.
 * @throws ClassifierTrainingError `PYTORCH_INVALID` or `PYTORCH_REFUSED`.
 */
export function readStoredEntries(source: ByteSource): ReadonlyMap<string, StoredEntry> {
  const entries = new Map<string, StoredEntry>();
  for (const { nameBytes, method, encrypted, packedSize, ...entry } of directoryOf(source)) {
    const name = decodeName(nameBytes);
    if (method !== STORED || encrypted)
      throw refused(`"${name}" is compressed or encrypted, which torch.save does not do`);
    if (packedSize !== entry.size) throw invalid(`"${name}" has two different sizes`);
    if (entries.has(name)) throw invalid(`the archive has "${name}" twice`);
    entries.set(name, { name, size: entry.size, crc32: entry.crc32, offset: entry.offset });
  }
  checkDisjoint(entries);
  return entries;
}

function directoryOf(source: ByteSource): ReturnType<typeof readZipDirectory> {
  try {
    return readZipDirectory(source);
  } catch (error) {
    throw error instanceof ZipError ? invalid(error.message) : error;
  }
}

/**
 * The bytes of an entry, in memory of their own, checked against its CRC.
 * @throws ClassifierTrainingError `PYTORCH_INVALID`.
 */
export function readStoredEntry(source: ByteSource, entry: StoredEntry): Uint8Array<ArrayBuffer> {
  const local = source.read(entry.offset, LOCAL_HEADER_SIZE + entry.name.length);
  const header = readLocalHeader(local);
  const named =
    header?.nameLength === entry.name.length && decodeName(local.subarray(LOCAL_HEADER_SIZE)) === entry.name;
  if (!named || header.method !== STORED) {
    throw invalid(`"${entry.name}" is not where the archive's directory says`);
  }
  const bytes = source.read(entry.offset + header.length, entry.size);
  if (crc32(bytes) !== entry.crc32) throw invalid(`the bytes of "${entry.name}" do not match their checksum`);
  return bytes;
}

function checkDisjoint(entries: ReadonlyMap<string, StoredEntry>): void {
  const sorted = [...entries.values()].sort((a, b) => a.offset - b.offset);
  for (const [i, { name, size, offset }] of sorted.entries()) {
    const next = sorted[i + 1]?.offset;
    if (next !== undefined && offset + LOCAL_HEADER_SIZE + name.length + size > next)
      throw invalid(`"${name}" is larger than its place in the archive`);
  }
}

/** Names are compared, never used as paths; Latin-1 keeps every byte apart. */
function decodeName(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

// PyTorch's zip format (1.6 and later): one pickle, and one stored entry per storage.
import { bytesPerElement } from "../../core/index.ts";
import { ByteCursor } from "../byte-cursor.ts";
import { type ByteSource, bufferSource } from "../byte-source.ts";
import type { TorchArchive } from "./archive.ts";
import { beyondLimit, invalid, refused } from "./errors.ts";
import { storageOf, TORCH_GLOBALS } from "./globals.ts";
import { limitsFor, unpickle } from "./pickle.ts";
import type { TorchStorage } from "./pickle-values.ts";
import { readStoredEntries, readStoredEntry, type StoredEntry } from "./stored-zip.ts";

/** Far more than the names and shapes of any network take. */
const LARGEST_PICKLE = 64 * 1024 * 1024;

/** Reads the directory and the pickle of an archive; storages wait until they are asked for. */
export function openZipArchive(source: ByteSource): TorchArchive {
  const entries = readStoredEntries(source);
  const root = rootFolder(entries);
  const pickle = entries.get(`${root}/data.pkl`)!;
  if (pickle.size > LARGEST_PICKLE) throw beyondLimit(`the pickle has ${pickle.size} bytes`);
  const storageEntry = (key: string): StoredEntry => {
    const entry = entries.get(`${root}/data/${key}`);
    if (entry === undefined) throw invalid(`the archive lacks storage ${JSON.stringify(key)}`);
    return entry;
  };
  const bigEndian = isBigEndian(source, entries.get(`${root}/byteorder`));
  const cursor = new ByteCursor(bufferSource(readStoredEntry(source, pickle), source.name));
  const value = unpickle(
    cursor,
    {
      globals: TORCH_GLOBALS,
      persistentLoad(id) {
        const storage = storageOf(id);
        const { size } = storageEntry(storage.key);
        if (Math.floor(size / bytesPerElement(storage.dtype)) !== storage.elements) {
          throw invalid(
            `storage "${storage.key}" has ${size} bytes, not ${storage.elements} ${storage.dtype}`,
          );
        }
        return storage;
      },
    },
    limitsFor(source.size),
  );
  return {
    format: "pytorch-zip",
    value,
    readStorage(storage) {
      const bytes = readStoredEntry(source, storageEntry(storage.key));
      if (bigEndian) swapBytes(bytes, storage);
      return bytes;
    },
  };
}

/** The one folder that everything lies in; its name is whatever the file was called when it was saved. */
function rootFolder(entries: ReadonlyMap<string, StoredEntry>): string {
  const roots = [...entries.keys()].flatMap((name) => /^([^/]+)\/data\.pkl$/.exec(name)?.[1] ?? []);
  if (roots.length !== 1)
    throw invalid(`the archive has ${roots.length} entries named data.pkl instead of one`);
  if (entries.has(`${roots[0]}/constants.pkl`))
    throw refused("the file is a TorchScript program, which is code");
  return roots[0]!;
}

/** Older versions of PyTorch wrote no such entry, on little-endian machines. */
function isBigEndian(source: ByteSource, entry: StoredEntry | undefined): boolean {
  if (entry === undefined) return false;
  if (entry.size <= "little".length) {
    const order = Buffer.from(readStoredEntry(source, entry)).toString("latin1");
    if (order === "big" || order === "little") return order === "big";
  }
  throw invalid("the archive's byte order is neither big nor little");
}

function swapBytes(bytes: Uint8Array<ArrayBuffer>, { dtype, elements }: TorchStorage): void {
  const size = bytesPerElement(dtype);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, elements * size);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else if (size === 8) buffer.swap64();
}

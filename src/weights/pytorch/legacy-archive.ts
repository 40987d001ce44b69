// PyTorch's legacy format (before 1.6): five pickles one after the other, then the storages.
import { bytesPerElement } from "../../core/index.ts";
import { ByteCursor } from "../byte-cursor.ts";
import type { ByteSource } from "../byte-source.ts";
import type { TorchArchive } from "./archive.ts";
import { invalid, refused } from "./errors.ts";
import { storageOf, TORCH_GLOBALS } from "./globals.ts";
import { limitsFor, type PickleEnvironment, unpickle } from "./pickle.ts";
import { describe, type PickleValue, type TorchStorage } from "./pickle-values.ts";

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

const PLAIN: PickleEnvironment = {
  globals: new Map(),
  persistentLoad(id) {
    throw refused(`the pickle refers to ${describe(id)} outside of it`);
  },
};

/**
 * Magic number, protocol version, a note on the machine that wrote it, the value, the keys of its storages in
 * the order in which they follow; each storage is its number of elements and its bytes, little-endian always.
 */
export function openLegacyArchive(source: ByteSource): TorchArchive {
  const cursor = new ByteCursor(source);
  const limits = limitsFor(source.size);
  if (unpickle(cursor, PLAIN, limits) !== MAGIC) {
    throw invalid("the file is a pickle, but torch.save did not write it");
  }
  const protocol = unpickle(cursor, PLAIN, limits);
  if (protocol !== PROTOCOL)
    throw invalid(`the legacy format has protocol ${protocol} instead of ${PROTOCOL}`);
  unpickle(cursor, PLAIN, limits);

  const storages = new Map<string, TorchStorage>();
  const value = unpickle(
    cursor,
    {
      globals: TORCH_GLOBALS,
      persistentLoad(id) {
        const storage = storageOf(id);
        const known = storages.get(storage.key) ?? storage;
        if (known.dtype !== storage.dtype || known.elements !== storage.elements) {
          throw invalid(`storage "${storage.key}" is described in two ways`);
        }
        storages.set(storage.key, known);
        return known;
      },
    },
    limits,
  );
  const offsets = locateStorages(source, unpickle(cursor, PLAIN, limits), storages, cursor.position);
  return {
    format: "pytorch-legacy",
    value,
    readStorage: (storage) => source.read(offsets.get(storage.key)!, byteLength(storage)),
  };
}

/** Where the bytes of each storage start. */
function locateStorages(
  source: ByteSource,
  keys: PickleValue,
  storages: ReadonlyMap<string, TorchStorage>,
  start: number,
): ReadonlyMap<string, number> {
  const offsets = new Map<string, number>();
  let position = start;
  for (const key of Array.isArray(keys) ? keys : []) {
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    if (storage === undefined || offsets.has(storage.key)) throw invalid("the list of storages is wrong");
    const elements = new DataView(source.read(position, 8).buffer).getBigInt64(0, true);
    if (elements !== BigInt(storage.elements)) {
      throw invalid(`storage "${storage.key}" has ${elements} elements instead of ${storage.elements}`);
    }
    offsets.set(storage.key, position + 8);
    position += 8 + byteLength(storage);
    if (position > source.size) throw invalid(`the file ends before storage "${storage.key}" does`);
  }
  if (offsets.size !== storages.size) throw invalid("the legacy format does not list all of its storages");
  return offsets;
}

function byteLength(storage: TorchStorage): number {
  return storage.elements * bytesPerElement(storage.dtype);
}

// Unpacks one entry of a zip archive, by the offset of its header.
import { inflateRaw } from "../platform/index.ts";
import { LOCAL_HEADER_SIZE, readLocalHeader } from "../zip/index.ts";
import type { ImageSource } from "./image-source.ts";

/** No picture file is larger; protects against a small entry that unpacks to gigabytes. */
const MAX_UNPACKED = 1 << 30;

/** The unpacked bytes of an entry, through `read(offset, length)` of the archive. */
export async function readZipEntry(
  { offset, length, unpackedLength, deflated }: Extract<ImageSource, { kind: "zip" }>,
  read: (offset: number, length: number) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const header = readLocalHeader(await read(offset, LOCAL_HEADER_SIZE));
  if (header === undefined) throw new Error("it is not where the archive's directory says");
  const packed = await read(offset + header.length, length);
  if (!deflated) return packed;
  return inflateRaw(packed, Math.min(Math.max(unpackedLength, 1), MAX_UNPACKED));
}

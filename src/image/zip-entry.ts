// Unpacks one entry of a zip archive, by the offset of its header.
import { inflateRaw } from "../platform/index.ts";
import type { ImageSource } from "./image-source.ts";

const LOCAL_HEADER = 30;
/** No picture file is larger; protects against a small entry that unpacks to gigabytes. */
const MAX_UNPACKED = 1 << 30;

/** The unpacked bytes of an entry, through `read(offset, length)` of the archive. */
export async function readZipEntry(
  { offset, length, unpackedLength, deflated }: Extract<ImageSource, { kind: "zip" }>,
  read: (offset: number, length: number) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const header = await read(offset, LOCAL_HEADER);
  const nameAndExtra = header[26]! + header[27]! * 256 + header[28]! + header[29]! * 256;
  const packed = await read(offset + LOCAL_HEADER + nameAndExtra, length);
  if (!deflated) return packed;
  return inflateRaw(packed, Math.min(Math.max(unpackedLength, 1), MAX_UNPACKED));
}

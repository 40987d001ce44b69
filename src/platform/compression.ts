// Unpacks deflated bytes.
import { promisify } from "node:util";
import { inflateRaw as inflate } from "node:zlib";

const inflateAsync = promisify(inflate);

/** The bytes of a raw deflate stream. @throws where the stream is damaged or has more than `maxLength` bytes */
export async function inflateRaw(packed: Uint8Array, maxLength: number): Promise<Uint8Array> {
  return inflateAsync(packed, { maxOutputLength: maxLength });
}

// Unpacks deflated bytes.
import { promisify } from "node:util";
import { inflateRaw as unpackRaw, inflate as unpackZlib } from "node:zlib";

const [rawAsync, zlibAsync] = [promisify(unpackRaw), promisify(unpackZlib)];

/** The bytes of a raw deflate stream. @throws where the stream is damaged or has more than `maxLength` bytes */
export async function inflateRaw(packed: Uint8Array, maxLength: number): Promise<Uint8Array> {
  return rawAsync(packed, { maxOutputLength: maxLength });
}

/** The bytes of a deflate stream with zlib's header and checksum. @throws as `inflateRaw` */
export async function inflate(packed: Uint8Array, maxLength: number): Promise<Uint8Array> {
  return zlibAsync(packed, { maxOutputLength: maxLength });
}

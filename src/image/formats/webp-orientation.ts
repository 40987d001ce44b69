// The orientation of a WebP: in its EXIF or XMP chunk.
import { settleOrientation } from "../exif-orientation.ts";

/** Of "RIFF", the length, and "WEBP". */
const HEADER_BYTES = 12;

/** 1 to 8, as Pillow's `ImageOps.exif_transpose` finds it. */
export function readWebpOrientation(bytes: Uint8Array): number {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = new Map<string, Uint8Array>();
  for (let at = HEADER_BYTES; at + 8 <= file.length; ) {
    const length = file.readUInt32LE(at + 4);
    chunks.set(file.toString("latin1", at, at + 4), file.subarray(at + 8, at + 8 + length));
    at += 8 + length + (length % 2);
  }
  return settleOrientation(chunks.get("EXIF"), chunks.get("XMP "));
}

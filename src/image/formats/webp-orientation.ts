// The orientation of a WebP: in its EXIF or XMP chunk.
import { settleOrientation } from "../exif-orientation.ts";

/** Of "RIFF", the length, and "WEBP". */
const HEADER_BYTES = 12;

/** 1 to 8, as Pillow's `ImageOps.exif_transpose` finds it. */
export function readWebpOrientation(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = new Map<string, Uint8Array>();
  for (let at = HEADER_BYTES; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4, true);
    chunks.set(String.fromCharCode(...bytes.subarray(at, at + 4)), bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length + (length % 2);
  }
  return settleOrientation(chunks.get("EXIF"), chunks.get("XMP "));
}

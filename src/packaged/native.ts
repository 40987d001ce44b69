// The decoders of a package in Node.js: sharp's, and libjpeg-turbo in WebAssembly, whose pixels are those of the system's.
import type { JpegDecoder } from "../image/jpeg/jpeg-decoder.ts";
import { loadWasmDecoder } from "../image/jpeg/wasm-decoder.ts";

export { decodeThroughLibvips as decodeByLibrary } from "../image/libvips.ts";

let decoder: Promise<JpegDecoder> | undefined;

/** The decoder of JPEGs. */
export function loadJpegDecoder(): Promise<JpegDecoder> {
  decoder ??= loadWasmDecoder();
  return decoder;
}

// The libraries that decode and encode pictures in Node.js; a bundler takes browser.ts in the place of this file.
import { readFileSync } from "node:fs";
import type { Image } from "../image.ts";
import type { JpegDecoder } from "../jpeg/jpeg-decoder.ts";
import { INSTALL_HINT, loadSystemDecoder } from "../jpeg/system-decoder.ts";
import { loadWasmDecoder } from "../jpeg/wasm-decoder.ts";
import { loadSharp } from "../libvips.ts";

export { decodeThroughLibvips as decodeByLibrary } from "../libvips.ts";
export type { DecodeLimits, LibraryOptions } from "./options.ts";

let decoder: Promise<JpegDecoder> | undefined;

/**
 * This thread's decoder: the system's libjpeg-turbo, or else the one in WebAssembly. Their pixels are the same.
 * @throws ClassifierTrainingError "usage", `JPEG_LIBRARY`
 */
export function loadJpegDecoder(): Promise<JpegDecoder> {
  decoder ??= loadSystemDecoder().then(
    (found) => found ?? loadWasmDecoder({ version: packageVersion(), hint: INSTALL_HINT }),
  );
  return decoder;
}

/** Version by library name, such as sharp and vips. */
export async function imageLibraryVersions(): Promise<Record<string, string>> {
  const { versions } = await loadSharp();
  const { name } = await loadJpegDecoder();
  return { sharp: versions.sharp ?? "unknown", libvips: versions.vips, jpeg: name };
}

/** A JPEG file of `image`; quality from 1 to 100. */
export async function encodeJpeg({ width, height, data }: Image, quality: number): Promise<Uint8Array> {
  const sharp = await loadSharp();
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
}

/** Of the decoder in WebAssembly. */
function packageVersion(): string {
  const binary = import.meta.resolve("@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm");
  const { version } = JSON.parse(readFileSync(new URL("../package.json", binary), "utf8")) as {
    version: string;
  };
  return version;
}

// libjpeg-turbo in WebAssembly, which comes with the packages and runs anywhere.
import { readFileSync } from "node:fs";
import type { Decoder } from "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs";
import type { JpegDecoder } from "./jpeg-decoder.ts";
import { INSTALL_HINT } from "./system-decoder.ts";

/** An instance's memory grows to the largest picture's and never shrinks. */
const MOST_PIXELS = 1 << 22;
/**
 * Each time a decoder throws, 16 bytes of its stack of 64 KiB are lost: the exception passes frames that are not
 * unwound. Long before that shows, another takes its place.
 */
const MOST_COMPLAINTS = 1000;

interface Codec {
  readonly decoder: Decoder;
  complaints: number;
}

/** Starts the decoder, for pictures of up to 2^22 pixels; its instance is replaced before its errors use up its stack. */
export async function loadWasmDecoder(): Promise<JpegDecoder> {
  let codec = await startCodec();
  return {
    name: `codec-libjpeg-turbo-8bit ${packageVersion()}`,
    hint: INSTALL_HINT,
    mostPixels: MOST_PIXELS,
    async decode(bytes, { width, height }, pixels) {
      if (codec.complaints >= MOST_COMPLAINTS) codec = await startCodec();
      const { decoder } = codec;
      try {
        decoder.getEncodedBuffer(bytes.length).set(bytes);
        decoder.decode();
      } catch (error) {
        // A number is what the decoder throws; anything else means that the instance is done for.
        codec.complaints += typeof error === "number" ? 1 : MOST_COMPLAINTS;
        return false;
      }
      const frame = decoder.getFrameInfo();
      if (frame.width !== width || frame.height !== height) return false;
      putPixels(decoder.getDecodedBuffer(), pixels);
      return true;
    },
  };
}

/** An instance with memory of its own. */
async function startCodec(): Promise<Codec> {
  const { default: instantiate } = await import("@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs");
  const { JPEGDecoder } = await instantiate({ print: () => undefined, printErr: () => undefined });
  return { decoder: new JPEGDecoder(), complaints: 0 };
}

/** RGB as it is; of grey each level three times. */
function putPixels(decoded: Uint8Array, pixels: Uint8Array): void {
  if (decoded.length === pixels.length) pixels.set(decoded);
  else for (let i = 0; i < decoded.length; i++) pixels.fill(decoded[i]!, i * 3, i * 3 + 3);
}

function packageVersion(): string {
  const binary = import.meta.resolve("@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm");
  const { version } = JSON.parse(readFileSync(new URL("../package.json", binary), "utf8")) as {
    version: string;
  };
  return version;
}

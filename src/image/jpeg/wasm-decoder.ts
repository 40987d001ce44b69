// libjpeg-turbo in WebAssembly, which comes with the packages and runs anywhere.
import type { Decoder } from "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs";
import type { JpegDecoder } from "./jpeg-decoder.ts";

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

/** Where the decoder comes from, and what is said of it. */
export interface WasmDecoderOptions {
  /** Of its package, for its name. */
  readonly version?: string;
  /** How to get a faster one. */
  readonly hint?: string;
  /** The largest picture it takes; an instance that has met one of more than 2^22 pixels is replaced. Default 2^22. */
  readonly mostPixels?: number;
  /** The address of its WebAssembly; default: beside its JavaScript. */
  readonly binary?: string;
}

/** Starts the decoder; its instance is replaced before its errors use up its stack. */
export async function loadWasmDecoder({
  version,
  hint,
  mostPixels = MOST_PIXELS,
  binary,
}: WasmDecoderOptions = {}): Promise<JpegDecoder> {
  let codec = await startCodec(binary);
  return {
    name: ["codec-libjpeg-turbo-8bit", version].filter(Boolean).join(" "),
    hint,
    mostPixels,
    async decode(bytes, { width, height }, pixels) {
      if (codec.complaints >= MOST_COMPLAINTS) codec = await startCodec(binary);
      const { decoder } = codec;
      if (width * height > MOST_PIXELS) codec.complaints = MOST_COMPLAINTS;
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
async function startCodec(binary: string | undefined): Promise<Codec> {
  const { default: instantiate } = await import("@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs");
  const { JPEGDecoder } = await instantiate({
    print: () => undefined,
    printErr: () => undefined,
    ...(binary === undefined ? {} : { locateFile: () => binary }),
  });
  return { decoder: new JPEGDecoder(), complaints: 0 };
}

/** RGB as it is; of grey each level three times. */
function putPixels(decoded: Uint8Array, pixels: Uint8Array): void {
  if (decoded.length === pixels.length) pixels.set(decoded);
  else for (let i = 0; i < decoded.length; i++) pixels.fill(decoded[i]!, i * 3, i * 3 + 3);
}

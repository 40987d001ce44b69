// The system's libjpeg-turbo, where it is installed.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { JpegDecoder } from "./jpeg-decoder.ts";

/** Names to try, in this order. */
const LIBRARIES: readonly string[] = [
  "libturbojpeg.so.0",
  "libturbojpeg.so",
  "libturbojpeg.dylib",
  "turbojpeg.dll",
];

/** A file to load instead, or "none". */
const LIBRARY_VARIABLE = "CLASSIFIER_TRAINING_TURBOJPEG";

/** How to get the system's libjpeg-turbo, as a hint of an error or a report. */
export const INSTALL_HINT: string = `install libjpeg-turbo (apt-get install libturbojpeg0; on Ubuntu libturbojpeg) or name the file in ${LIBRARY_VARIABLE}`;

/** `TJPF_RGB` */
const RGB = 0;

/**
 * Loads libjpeg-turbo through its TurboJPEG interface, which versions 2 and 3 have alike; undefined where there is none.
 * @throws ClassifierTrainingError "usage", `JPEG_LIBRARY`, where the environment names a file that is none
 */
export async function loadSystemDecoder(): Promise<JpegDecoder | undefined> {
  const named = process.env[LIBRARY_VARIABLE];
  if (named === "none") return undefined;
  let reason: unknown;
  for (const name of named ? [named] : LIBRARIES) {
    try {
      return await open(name);
    } catch (error) {
      reason = error;
    }
  }
  if (!named) return undefined;
  throw new ClassifierTrainingError("usage", "JPEG_LIBRARY", `libjpeg-turbo cannot be loaded from ${named}`, {
    where: LIBRARY_VARIABLE,
    hint: 'name the file of libturbojpeg, or "none" to do without it',
    cause: reason,
  });
}

async function open(name: string): Promise<JpegDecoder> {
  const { default: koffi } = await import("koffi");
  const library = koffi.load(name);
  const create = library.func("void *tjInitDecompress()");
  const readSize = library.func(
    "int tjDecompressHeader2(void *, const uint8_t *, unsigned long, int *, int *, int *)",
  );
  const decompress = library.func(
    "int tjDecompress2(void *, const uint8_t *, unsigned long, uint8_t *, int, int, int, int, int)",
  );
  const destroy = library.func("int tjDestroy(void *)");
  const found = new Int32Array(3);
  const [foundWidth, foundHeight, subsampling] = [0, 1, 2].map((i) => found.subarray(i, i + 1));
  return {
    name,
    hint: undefined,
    mostPixels: Number.POSITIVE_INFINITY,
    decode(bytes, { width, height }, pixels) {
      // Version 2.1 leaves a decompressor unusable where a header is bad, so each picture has one of its own.
      const handle: unknown = create();
      if (handle === null) return false;
      try {
        if (readSize(handle, bytes, bytes.length, foundWidth, foundHeight, subsampling) !== 0) return false;
        if (found[0] !== width || found[1] !== height || pixels.length !== width * height * 3) return false;
        return decompress(handle, bytes, bytes.length, pixels, width, 0, height, RGB, 0) === 0;
      } finally {
        destroy(handle);
      }
    },
  };
}

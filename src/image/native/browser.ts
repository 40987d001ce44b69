// The decoders and encoders of a page or a web worker: libjpeg-turbo in WebAssembly, our own PNG, the browser's others.
import { ClassifierTrainingError } from "../../core/index.ts";
import { decodePng } from "../formats/decode-png.ts";
import { blankImage, type Image } from "../image.ts";
import { readJpegHeader } from "../jpeg/header.ts";
import type { JpegDecoder } from "../jpeg/jpeg-decoder.ts";
import { loadWasmDecoder } from "../jpeg/wasm-decoder.ts";
import { turnUpright } from "../orientation.ts";
import { corruptPicture, pictureTooLarge, refusedPicture } from "../picture-errors.ts";
import { decodeByBrowser, encodeByBrowser } from "./bitmaps.ts";
import type { LibraryOptions } from "./options.ts";

export type { DecodeLimits, LibraryOptions } from "./options.ts";

/** Of one picture; its pixels take three times as many bytes of WebAssembly's memory. */
const MOST_PIXELS = 1 << 27;

let decoder: Promise<JpegDecoder> | undefined;

/** libjpeg-turbo in WebAssembly. @throws ClassifierTrainingError "failure", `JPEG_LIBRARY`, where it cannot be fetched */
export function loadJpegDecoder(): Promise<JpegDecoder> {
  const { href } = new URL("@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm", import.meta.url);
  decoder ??= loadWasmDecoder({ mostPixels: MOST_PIXELS, binary: href }).catch((cause: unknown) => {
    throw new ClassifierTrainingError("failure", "JPEG_LIBRARY", "the JPEG decoder cannot be fetched", {
      where: href,
      hint: "have your bundler keep assets of dependencies (vite does)",
      cause,
    });
  });
  return decoder;
}

/** Version by library name. */
export async function imageLibraryVersions(): Promise<Record<string, string>> {
  const { name } = await loadJpegDecoder();
  return { jpeg: name };
}

/**
 * Decodes what is not decoded without a library.
 * @throws ClassifierTrainingError `PICTURE_CORRUPT`, `PICTURE_TOO_LARGE`, `PICTURE_REFUSED`
 */
export async function decodeByLibrary(
  bytes: Uint8Array,
  name: string,
  { format, maxPixels, autoOrient = true }: LibraryOptions,
): Promise<Image> {
  if (format === "png") return decodePng(bytes, name, maxPixels);
  if (format === "tiff") {
    const hint = "convert it to a TIFF without these, or to PNG";
    throw refusedPicture("a TIFF of JPEG, WebP, fax codes or YCbCr in a page", name, hint);
  }
  if (format === "jpeg") return decodeJpeg(bytes, name, maxPixels, autoOrient);
  // A WebP's orientation is read by us; what turns an AVIF is part of its picture.
  const image = await decodeByBrowser(bytes, `image/${format}`, format === "avif" ? "from-image" : "none");
  return checked(image, name, format, maxPixels);
}

/** A JPEG that is turned, large or not quite in order. What libjpeg-turbo only warns of, browsers decode all the same. */
async function decodeJpeg(
  bytes: Uint8Array,
  name: string,
  maxPixels: number,
  autoOrient: boolean,
): Promise<Image> {
  const header = readJpegHeader(bytes);
  const { width = 0, height = 0, components = 0, orientation } = header ?? {};
  if (components === 4) throw refusedPicture("a CMYK JPEG in a page", name, "convert it to RGB");
  if (width * height > maxPixels) throw pictureTooLarge(name, maxPixels);
  const image = blankImage(width, height);
  const isDecoded =
    width * height > 0 &&
    width * height <= MOST_PIXELS &&
    (await (await loadJpegDecoder()).decode(bytes, image, image.data));
  const found = isDecoded ? image : await decodeByBrowser(bytes, "image/jpeg", "none");
  return turnUpright(checked(found, name, "jpeg", maxPixels), autoOrient ? (orientation ?? 1) : 1);
}

function checked(image: Image | undefined, name: string, format: string, maxPixels: number): Image {
  if (image === undefined) {
    const reason = `the ${format} data is damaged, cut short or of a kind that this browser does not know`;
    throw corruptPicture(name, reason);
  }
  if (image.width * image.height > maxPixels) throw pictureTooLarge(name, maxPixels);
  return image;
}

/** A JPEG file of `image` as the browser encodes it; quality from 1 to 100. */
export function encodeJpeg(image: Image, quality: number): Promise<Uint8Array> {
  return encodeByBrowser(image, "image/jpeg", quality / 100);
}

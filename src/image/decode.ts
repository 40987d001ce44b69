// Turns the bytes of a picture into 8-bit RGB, the same way for training, evaluation and prediction.
import { ClassifierTrainingError } from "../core/index.ts";
import { decodeBmp } from "./formats/decode-bmp.ts";
import { decodeGif } from "./formats/decode-gif.ts";
import { decodeHeic } from "./formats/decode-heic.ts";
import { decodePnm } from "./formats/decode-pnm.ts";
import { asStillAvif } from "./formats/heif-container.ts";
import { readPngOrientation } from "./formats/png-orientation.ts";
import { decodeTiff } from "./formats/tiff/decode-tiff.ts";
import { readWebpOrientation } from "./formats/webp-orientation.ts";
import type { Image } from "./image.ts";
import { type ImageFormat, isGrey16Png, sniffFormat } from "./image-format.ts";
import { decodeCommonJpeg, type JpegHeader, readJpegHeader } from "./jpeg/index.ts";
import { decodeByLibrary } from "./native/index.ts";
import { turnUpright } from "./orientation.ts";
import { refusedPicture } from "./picture-errors.ts";
import { freshMemory, type PixelMemory } from "./pixel-memory.ts";

/** What a picture may cost, and whether speed goes before Pillow's pixels. */
export interface DecodeOptions {
  /** Largest number of pixels a picture may have. Default 178,956,970, the limit of Pillow's bomb warning times two. */
  readonly maxPixels?: number;
  /** Longest time a picture may take, in whole seconds. Default 30. */
  readonly timeoutSeconds?: number;
  /**
   * Lets the JPEG decoder halve a picture, once or more, as long as its shorter side stays at least this: faster, but
   * not the pixels that Pillow gives. Default null: every pixel is decoded.
   */
  readonly shrinkTo?: number | null;
  /** Where pixels are put, by decoders that let one choose. Default: memory of their own for every picture. */
  readonly memory?: PixelMemory;
}

/** Twice the size at which Pillow warns of a decompression bomb: there it refuses, and so do we. */
export const DEFAULT_MAX_PIXELS = 178_956_970;
const DEFAULT_TIMEOUT_SECONDS = 30;

/**
 * Decodes a picture as Pillow's `Image.open(file).convert("RGB")` does: alpha is dropped, not blended; grey and
 * palettes become RGB; 16-bit grey is clipped at 255, other 16-bit pictures keep the high byte; CMYK is
 * converted by Pillow's formula; colour profiles are ignored; of an animation the first frame is taken. On
 * purpose unlike torchvision, the orientation in EXIF, or else in XMP, is applied.
 *
 * @param name what errors call the picture: its file name
 * @throws ClassifierTrainingError kind "data": `PICTURE_EMPTY`, `PICTURE_FORMAT`, `PICTURE_REFUSED`,
 * `PICTURE_TOO_LARGE`, `PICTURE_TIMEOUT`, `PICTURE_CORRUPT`
 */
export async function decodeImage(
  bytes: Uint8Array,
  name = "<picture>",
  options: DecodeOptions = {},
): Promise<Image> {
  const format = pictureFormat(bytes, name);
  const maxPixels = options.maxPixels ?? DEFAULT_MAX_PIXELS;
  const seconds = options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  if (format === "bmp") return decodeBmp(bytes, name, maxPixels);
  if (format === "gif") return decodeGif(bytes, name, maxPixels);
  if (format === "pnm") return decodePnm(bytes, name, maxPixels);
  if (format === "heic") return decodeHeic(bytes, name, maxPixels);
  if (format === "tiff") return decodeTiff(bytes, name, { maxPixels, seconds });
  const jpeg = format === "jpeg" ? readJpegHeader(bytes) : undefined;
  const side = jpeg && shrunkSide(jpeg, options.shrinkTo ?? null);
  if (jpeg !== undefined && side === undefined && jpeg.width * jpeg.height <= maxPixels) {
    const image = await decodeCommonJpeg(bytes, jpeg, options.memory ?? freshMemory);
    if (image !== undefined) return image;
  }
  const orientation = await orientationOf(format, bytes);
  const still = format === "avif" ? asStillAvif(bytes) : bytes;
  if (still === undefined) throw refusedPicture("an AVIF sequence without a still picture", name);
  const image = await decodeByLibrary(still, name, {
    ...{ format, maxPixels, seconds, side },
    autoOrient: orientation === undefined,
    ...(jpeg?.components === 4 && { samples: "cmyk" }),
    ...(format === "png" && isGrey16Png(bytes) && { samples: "grey16" }),
  });
  return turnUpright(image, orientation ?? jpeg?.xmpOrientation ?? 1);
}

/** The orientation, in formats where libvips does not look at all places that may hold it. */
async function orientationOf(format: ImageFormat, bytes: Uint8Array): Promise<number | undefined> {
  if (format === "png") return readPngOrientation(bytes);
  return format === "webp" ? readWebpOrientation(bytes) : undefined;
}

function pictureFormat(bytes: Uint8Array, name: string): ImageFormat {
  if (bytes.length === 0) {
    throw new ClassifierTrainingError("data", "PICTURE_EMPTY", "the file is empty", { where: name });
  }
  const sniffed = sniffFormat(bytes);
  if (sniffed.kind === "picture") return sniffed.format;
  if (sniffed.kind === "refused") throw refusedPicture(sniffed.format, name);
  throw new ClassifierTrainingError("data", "PICTURE_FORMAT", "not a picture in a known format", {
    where: name,
    hint: "JPEG, PNG, WebP, GIF, TIFF, BMP, PNM, AVIF and HEIC are read",
  });
}

/** The shorter side of a JPEG after halving, or undefined where it stays as it is. */
function shrunkSide({ width, height }: JpegHeader, shrinkTo: number | null): number | undefined {
  if (shrinkTo === null) return undefined;
  const shorter = Math.min(width, height);
  const factor = [8, 4, 2].find((candidate) => shorter >= shrinkTo * candidate);
  return factor === undefined ? undefined : Math.ceil(shorter / factor);
}

// Turns the bytes of a picture into 8-bit RGB, the same way for training, evaluation and prediction.
import type { Metadata, Sharp, SharpConstructor, SharpOptions } from "sharp";
import { ClassifierTrainingError } from "../core/index.ts";
import { decodeBmp } from "./formats/decode-bmp.ts";
import { decodeGif } from "./formats/decode-gif.ts";
import { decodePnm } from "./formats/decode-pnm.ts";
import { readTiffDirectory } from "./formats/tiff-directory.ts";
import type { Image } from "./image.ts";
import { type ImageFormat, isGrey16Png, sniffFormat } from "./image-format.ts";
import { decodeCommonJpeg, type JpegHeader, readJpegHeader } from "./jpeg/index.ts";
import { corruptPicture, pictureTooLarge } from "./picture-errors.ts";
import { freshMemory, type PixelMemory } from "./pixel-memory.ts";

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

let sharpModule: Promise<SharpConstructor> | undefined;

/** Loads sharp once; worker threads need it loaded in the main thread first. */
export function loadSharp(): Promise<SharpConstructor> {
  sharpModule ??= import("sharp").then(({ default: sharp }) => {
    sharp.concurrency(1);
    sharp.cache(false);
    return sharp;
  });
  return sharpModule;
}

/**
 * Decodes a picture as Pillow's `Image.open(file).convert("RGB")` does: alpha is dropped, not blended; grey and
 * palettes become RGB; 16-bit grey is clipped at 255, other 16-bit pictures keep the high byte; CMYK is
 * converted by Pillow's formula; colour profiles are ignored; of an animation the first frame is taken. On
 * purpose unlike torchvision, the EXIF orientation is applied.
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
  const jpeg = format === "jpeg" ? readJpegHeader(bytes) : undefined;
  const side = jpeg && shrunkSide(jpeg, options.shrinkTo ?? null);
  if (jpeg !== undefined && side === undefined && jpeg.width * jpeg.height <= maxPixels) {
    const image = await decodeCommonJpeg(bytes, jpeg, options.memory ?? freshMemory);
    if (image !== undefined) return image;
  }
  const sharp = await loadSharp();
  const input: SharpOptions = {
    failOn: "error",
    ignoreIcc: true,
    autoOrient: true,
    limitInputPixels: maxPixels,
  };
  const open = (): Sharp => sharp(bytes, input).timeout({ seconds });
  try {
    const layout = await sampleLayout(format, bytes, jpeg, open, name);
    if (layout.kind === "cmyk") return await decodeCmyk(open(), layout.bits);
    if (layout.kind === "grey16") return await decodeGrey16(open(), layout.whiteIsZero);
    const picture = side === undefined ? open() : open().resize(side, side, { fit: "outside" });
    const { data, info } = await picture
      .removeAlpha()
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: info.channels === 3 ? data : replicate(data) };
  } catch (error) {
    throw error instanceof ClassifierTrainingError
      ? error
      : unreadable(error, format, name, maxPixels, seconds);
  }
}

function pictureFormat(bytes: Uint8Array, name: string): ImageFormat {
  if (bytes.length === 0) {
    throw new ClassifierTrainingError("data", "PICTURE_EMPTY", "the file is empty", { where: name });
  }
  const sniffed = sniffFormat(bytes);
  if (sniffed.kind === "picture") return sniffed.format;
  if (sniffed.kind === "refused") throw refused(sniffed.format, name);
  throw new ClassifierTrainingError("data", "PICTURE_FORMAT", "not a picture in a known format", {
    where: name,
    hint: "JPEG, PNG, WebP, GIF, TIFF, BMP, PNM and AVIF are read",
  });
}

/** The shorter side of a JPEG after halving, or undefined where it stays as it is. */
function shrunkSide({ width, height }: JpegHeader, shrinkTo: number | null): number | undefined {
  if (shrinkTo === null) return undefined;
  const shorter = Math.min(width, height);
  const factor = [8, 4, 2].find((candidate) => shorter >= shrinkTo * candidate);
  return factor === undefined ? undefined : Math.ceil(shorter / factor);
}

/** The layouts of samples that need a conversion of their own, and all others. */
type SampleLayout =
  | { readonly kind: "rgb" }
  | { readonly kind: "cmyk"; readonly bits: 8 | 16 }
  | { readonly kind: "grey16"; readonly whiteIsZero: boolean };

const RGB: SampleLayout = { kind: "rgb" };
const GREY16: SampleLayout = { kind: "grey16", whiteIsZero: false };
const CMYK: SampleLayout = { kind: "cmyk", bits: 8 };
/** A TIFF's tag for what its samples mean, and its value for grey from white to black. */
const [PHOTOMETRIC, WHITE_IS_ZERO] = [262, 0];

/** Which layout a picture has. */
async function sampleLayout(
  format: ImageFormat,
  bytes: Uint8Array,
  jpeg: JpegHeader | undefined,
  open: () => Sharp,
  name: string,
): Promise<SampleLayout> {
  if (format === "jpeg") return jpeg?.components === 4 ? CMYK : RGB;
  if (format === "png") return isGrey16Png(bytes) ? GREY16 : RGB;
  if (format !== "tiff") return RGB;
  const { space, depth, channels }: Metadata = await open().metadata();
  if ((depth !== "uchar" && depth !== "ushort") || space === "lab") {
    const samples = space === "lab" ? "L*a*b* colours" : `samples of type "${depth}"`;
    throw refused(`a TIFF with ${samples}`, name);
  }
  if (space === "cmyk") return depth === "ushort" ? { kind: "cmyk", bits: 16 } : CMYK;
  if (depth === "uchar" || (channels ?? 0) > 2) return RGB;
  return { kind: "grey16", whiteIsZero: readTiffDirectory(bytes)?.get(PHOTOMETRIC) === WHITE_IS_ZERO };
}

/** CMYK as Pillow converts it: each ink is scaled by what black leaves. */
async function decodeCmyk(picture: Sharp, bits: 8 | 16): Promise<Image> {
  const { data: samples, info } = await picture
    .pipelineColourspace("cmyk")
    .toColourspace("cmyk")
    .raw({ depth: bits === 8 ? "uchar" : "ushort" })
    .toBuffer({ resolveWithObject: true });
  // Of 16 bits the high ones count.
  const data = bits === 8 ? samples : samples.filter((_, i) => i % 2 === 1);
  const rgb = new Uint8Array(info.width * info.height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += info.channels, to += 3) {
    const light = 255 - data[from + 3]!;
    for (let ink = 0; ink < 3; ink++) {
      const product = data[from + ink]! * light + 128;
      rgb[to + ink] = light - (((product >> 8) + product) >> 8);
    }
  }
  return { width: info.width, height: info.height, data: rgb };
}

/** 16-bit grey as Pillow converts it: values above 255 are white. */
async function decodeGrey16(picture: Sharp, whiteIsZero: boolean): Promise<Image> {
  const { data, info } = await picture
    .pipelineColourspace("grey16")
    .toColourspace("grey16")
    .raw({ depth: "ushort" })
    .toBuffer({ resolveWithObject: true });
  const grey = new Uint8Array(info.width * info.height);
  for (let i = 0; i < grey.length; i++) {
    const level = data.readUInt16LE(i * info.channels * 2);
    // libvips turns white that is zero around, Pillow does not.
    grey[i] = Math.min(255, whiteIsZero ? 65_535 - level : level);
  }
  return { width: info.width, height: info.height, data: replicate(grey) };
}

/** Grey to RGB. */
function replicate(grey: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(grey.length * 3);
  for (let i = 0; i < grey.length; i++) rgb.fill(grey[i]!, i * 3, i * 3 + 3);
  return rgb;
}

function refused(what: string, name: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "PICTURE_REFUSED", `${what} is not accepted as a picture`, {
    where: name,
    hint: "convert it to PNG or JPEG",
  });
}

/** libvips keeps its messages in one place for all threads, so what it says may be about another picture: not told. */
function unreadable(
  error: unknown,
  format: ImageFormat,
  name: string,
  maxPixels: number,
  seconds: number,
): ClassifierTrainingError {
  const reason = String(error);
  if (reason.includes("pixel limit")) return pictureTooLarge(name, maxPixels, error);
  if (reason.includes("timeout: ")) {
    return new ClassifierTrainingError("data", "PICTURE_TIMEOUT", `not decoded within ${seconds} s`, {
      where: name,
      cause: error,
    });
  }
  return corruptPicture(name, `the ${format} data is damaged, cut short or of an unknown kind`, error);
}

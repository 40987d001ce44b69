// Decodes through libvips, which sharp brings along.
import type { Sharp, SharpConstructor } from "sharp";
import { ClassifierTrainingError } from "../core/index.ts";
import { convertCmyk } from "./formats/cmyk.ts";
import type { Image } from "./image.ts";
import type { LibraryOptions } from "./native/options.ts";
import { corruptPicture, pictureTimeout, pictureTooLarge } from "./picture-errors.ts";

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

/** @throws ClassifierTrainingError `PICTURE_CORRUPT`, `PICTURE_TOO_LARGE`, `PICTURE_TIMEOUT` */
export async function decodeThroughLibvips(
  bytes: Uint8Array,
  name: string,
  options: LibraryOptions,
): Promise<Image> {
  const { samples, side, autoOrient = true, strict = false, maxPixels, seconds } = options;
  const sharp = await loadSharp();
  const failOn = strict ? "warning" : "error";
  try {
    const picture = sharp(bytes, { failOn, ignoreIcc: true, autoOrient, limitInputPixels: maxPixels });
    picture.timeout({ seconds });
    if (samples === "cmyk") return await readCmyk(picture);
    if (samples === "grey16") return await readGrey16(picture);
    if (side !== undefined) picture.resize(side, side, { fit: "outside" });
    const { data, info } = await picture
      .removeAlpha()
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: info.channels === 3 ? data : replicate(data) };
  } catch (error) {
    throw error instanceof ClassifierTrainingError ? error : unreadable(error, name, options);
  }
}

async function readCmyk(picture: Sharp): Promise<Image> {
  const { data, info } = await picture
    .pipelineColourspace("cmyk")
    .toColourspace("cmyk")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const rgb = new Uint8Array(width * height * 3);
  convertCmyk(channels, 0)(data, 0, width * height, rgb, 0);
  return { width, height, data: rgb };
}

/** 16-bit grey as Pillow converts it: values above 255 are white. */
async function readGrey16(picture: Sharp): Promise<Image> {
  const { data, info } = await picture
    .pipelineColourspace("grey16")
    .toColourspace("grey16")
    .raw({ depth: "ushort" })
    .toBuffer({ resolveWithObject: true });
  const grey = new Uint8Array(info.width * info.height);
  for (let i = 0; i < grey.length; i++) grey[i] = Math.min(255, data.readUInt16LE(i * info.channels * 2));
  return { width: info.width, height: info.height, data: replicate(grey) };
}

/** Grey to RGB. */
function replicate(grey: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(grey.length * 3);
  for (let i = 0; i < grey.length; i++) rgb.fill(grey[i]!, i * 3, i * 3 + 3);
  return rgb;
}

/** libvips keeps its messages in one place for all threads, so what it says may be about another picture: not told. */
function unreadable(
  error: unknown,
  name: string,
  { format, maxPixels, seconds }: LibraryOptions,
): ClassifierTrainingError {
  const reason = String(error);
  if (reason.includes("pixel limit")) return pictureTooLarge(name, maxPixels, error);
  if (reason.includes("timeout: ")) return pictureTimeout(name, seconds, error);
  return corruptPicture(name, `the ${format} data is damaged, cut short or of an unknown kind`, error);
}

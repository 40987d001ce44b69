// Small pictures for pages, and what a page is shown of a whole one: made by libvips, away from the calling thread.
import { decodeImage } from "./decode.ts";
import type { Image, ImageSize } from "./image.ts";
import { type ImageFormat, sniffFormat } from "./image-format.ts";
import type { ImageSource } from "./image-source.ts";
import { loadSharp } from "./libvips.ts";
import { readImage, readSource } from "./read-image.ts";

/** An encoded picture and its media type. */
export interface EncodedPicture {
  readonly type: string;
  readonly bytes: Uint8Array;
}

const THUMBNAIL_QUALITY = 80;
const QUALITY = 92;
/** Formats that libvips reads as `decodeImage` does, but for details that no thumbnail shows. */
const BY_LIBRARY: ReadonlySet<ImageFormat> = new Set(["jpeg", "png", "webp", "gif", "avif", "tiff"]);
/** Formats that browsers show. */
const SHOWN: ReadonlySet<ImageFormat> = new Set(["jpeg", "png", "webp", "gif", "avif"]);

/**
 * A JPEG of at most `side` pixels each way, upright, without alpha.
 * @param name what errors call the picture
 * @throws ClassifierTrainingError kind "data" as `readImage`
 */
export async function encodeThumbnail(source: ImageSource, name: string, side: number): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const shrink = (picture: ReturnType<typeof sharp>): Promise<Uint8Array> =>
    picture
      .resize(side, side, { fit: "inside", withoutEnlargement: true })
      .removeAlpha()
      .toColourspace("srgb")
      .jpeg({ quality: THUMBNAIL_QUALITY })
      .toBuffer();
  const ofPixels = ({ width, height, data }: Image): Promise<Uint8Array> =>
    shrink(sharp(data, { raw: { width, height, channels: 3 } }));
  if (source.kind === "image" || source.kind === "pixels") return ofPixels(await readImage(source, name));
  const bytes = await readSource(source, name);
  const sniffed = sniffFormat(bytes);
  if (sniffed.kind === "picture" && BY_LIBRARY.has(sniffed.format)) {
    try {
      return await shrink(sharp(bytes, { failOn: "error", ignoreIcc: true, autoOrient: true }));
    } catch {
      // The decoders of the toolkit read more, and say what is wrong with the rest.
    }
  }
  return ofPixels(await decodeImage(bytes, name));
}

/**
 * A whole picture as browsers show it: its own bytes, or where they do not know its format a JPEG of it.
 * @throws ClassifierTrainingError kind "data" as `readImage`
 */
export async function encodeForPage(source: ImageSource, name: string): Promise<EncodedPicture> {
  if (source.kind !== "image" && source.kind !== "pixels") {
    const bytes = await readSource(source, name);
    const sniffed = sniffFormat(bytes);
    if (sniffed.kind === "picture" && SHOWN.has(sniffed.format)) {
      return { type: `image/${sniffed.format}`, bytes };
    }
  }
  const { width, height, data } = await readImage(source, name);
  const sharp = await loadSharp();
  const picture = sharp(data, { raw: { width, height, channels: 3 } });
  return { type: "image/jpeg", bytes: await picture.jpeg({ quality: QUALITY }).toBuffer() };
}

/**
 * Width and height of the upright picture, from as few of its bytes as will do.
 * @param head its first bytes, or all of them
 * @returns undefined where these do not say it
 */
export async function readPictureSize(head: Uint8Array): Promise<ImageSize | undefined> {
  const sharp = await loadSharp();
  try {
    const { width, height, orientation = 1 } = await sharp(head, { failOn: "none" }).metadata();
    return orientation > 4 ? { width: height, height: width } : { width, height };
  } catch {
    return undefined;
  }
}

// The quick road of JPEGs: libjpeg-turbo in the calling thread, for those that are nothing out of the ordinary.
import type { Image } from "../image.ts";
import { loadJpegDecoder } from "../native/index.ts";
import type { PixelMemory } from "../pixel-memory.ts";
import type { JpegHeader } from "./header.ts";

export { type JpegHeader, readJpegHeader } from "./header.ts";
export type { JpegDecoder } from "./jpeg-decoder.ts";

/** Pixels times scans: about a second of work, since nothing can interrupt it. */
const MOST_WORK = 1 << 26;

/**
 * The pixels of an upright RGB or grey JPEG, as libvips and Pillow decode it. Undefined where it is another kind, or
 * large, or anything about it is wrong: then libvips, which is more patient, has the word.
 */
export async function decodeCommonJpeg(
  bytes: Uint8Array,
  header: JpegHeader,
  memory: PixelMemory,
): Promise<Image | undefined> {
  const { width, height, components, isCommon, orientation, xmpOrientation, scans } = header;
  const area = width * height;
  if (orientation !== 1 || xmpOrientation !== 1) return undefined;
  if (!isCommon || (components !== 1 && components !== 3)) return undefined;
  if (area === 0 || area * scans > MOST_WORK) return undefined;
  const { mostPixels, decode } = await loadJpegDecoder();
  if (area > mostPixels) return undefined;
  const data = memory.take(area * 3);
  return (await decode(bytes, header, data)) ? { width, height, data } : undefined;
}

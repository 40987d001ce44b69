// Pictures in memory to files' bytes.

import type { Image } from "./image.ts";
import { loadSharp } from "./libvips.ts";

/** A JPEG file of `image`; quality from 1 to 100. */
export async function encodeJpeg({ width, height, data }: Image, quality: number): Promise<Uint8Array> {
  const sharp = await loadSharp();
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
}

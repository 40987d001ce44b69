// The file name endings under which pictures are looked for: those of every format that is decoded.
import type { ImageFormat } from "./image-format.ts";

const EXTENSIONS: Readonly<Record<ImageFormat, readonly string[]>> = {
  jpeg: [".jpg", ".jpeg", ".jpe", ".jfif"],
  png: [".png", ".apng"],
  webp: [".webp"],
  gif: [".gif"],
  tiff: [".tif", ".tiff"],
  avif: [".avif", ".avifs"],
  heic: [".heic", ".heif", ".hif"],
  bmp: [".bmp", ".dib"],
  pnm: [".pnm", ".ppm", ".pgm", ".pbm"],
};

/** The endings of all formats that are decoded, in lower case. What a file is, its bytes say. */
export const IMAGE_EXTENSIONS: readonly string[] = Object.values(EXTENSIONS).flat();

const known = new Set(IMAGE_EXTENSIONS);

/** The ending of a file name in lower case, such as ".jpg"; empty where it has none. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot).toLowerCase();
}

/** Whether a file name ends like a picture's, in any case. */
export function hasImageExtension(name: string): boolean {
  return known.has(extensionOf(name));
}

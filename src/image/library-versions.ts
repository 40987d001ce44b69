// Versions of the libraries that decode pictures.

import { loadJpegDecoder } from "./jpeg/index.ts";
import { loadSharp } from "./libvips.ts";

/** Version by library name, such as sharp and vips. */
export async function imageLibraryVersions(): Promise<Record<string, string>> {
  const { versions } = await loadSharp();
  const { name } = await loadJpegDecoder();
  return { sharp: versions.sharp ?? "unknown", libvips: versions.vips, jpeg: name };
}

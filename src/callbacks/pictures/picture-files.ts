// Writes pictures and tables into a folder of a run.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeDurably, writeFailed } from "../../platform/index.ts";
import { type Picture, renderPng } from "../../plots/index.ts";

/** Files by name, as text or bytes; each is whole at every moment. @throws ClassifierTrainingError `WRITE_FAILED` */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw writeFailed(folder, error);
  }
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await writeDurably(join(folder, name), [bytes]);
  }
}

/** A picture of at most this many CSS pixels is rendered with two device pixels for each. */
const FINE_AREA = 4e6;

/**
 * Two device pixels a pixel, or one where the picture is so large that it would take long.
 * @throws ClassifierTrainingError `DRAWING_FAILED`
 */
export async function pngOf(picture: Picture): Promise<Uint8Array> {
  return renderPng(picture, { scale: picture.width * picture.height <= FINE_AREA ? 2 : 1 });
}

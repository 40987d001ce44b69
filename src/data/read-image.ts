// Reads the picture behind an image source.
import { readFile } from "node:fs/promises";
import { ClassifierTrainingError } from "../core/index.ts";
import type { ImageSource } from "./dataset.ts";
import { type DecodeOptions, decodeImage } from "./decode.ts";
import type { Image } from "./image.ts";

/**
 * The decoded picture of a source.
 * @param name what errors call it
 * @throws ClassifierTrainingError kind "data": `PICTURE_UNREADABLE` where the file cannot be read, or as `decodeImage`
 */
export async function readImage(source: ImageSource, name: string, options?: DecodeOptions): Promise<Image> {
  if (source.kind === "image") return source.image;
  return decodeImage(await readBytes(source, name), name, options);
}

async function readBytes(source: Exclude<ImageSource, { kind: "image" }>, name: string): Promise<Uint8Array> {
  if (source.kind === "bytes") return source.bytes;
  try {
    return await readFile(source.path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: "no such file",
      EACCES: "no permission to read it",
      EISDIR: "it is a folder, not a picture",
    };
    throw new ClassifierTrainingError(
      "data",
      "PICTURE_UNREADABLE",
      `cannot be read: ${reasons[code] ?? code}`,
      {
        where: name,
        cause: error,
      },
    );
  }
}

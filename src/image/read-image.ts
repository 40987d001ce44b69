// Reads the picture behind an image source.
import { ClassifierTrainingError } from "../core/index.ts";
import { readBytes, readRange } from "../platform/index.ts";
import { type DecodeOptions, decodeImage } from "./decode.ts";
import { blankImage, type Image } from "./image.ts";
import type { ImageSource } from "./image-source.ts";
import { readZipEntry } from "./zip-entry.ts";

/** A source of encoded bytes. */
export type EncodedSource = Exclude<ImageSource, { kind: "image" | "pixels" }>;

/**
 * The decoded picture of a source.
 * @param name what errors call it
 * @throws ClassifierTrainingError kind "data": `PICTURE_UNREADABLE` where the file cannot be read, or as `decodeImage`
 */
export async function readImage(
  source: ImageSource,
  name: string,
  options: DecodeOptions = {},
): Promise<Image> {
  if (source.kind === "image") return source.image;
  if (source.kind === "pixels") return fromPixels(source);
  return decodeImage(await readSource(source, name), name, options);
}

/**
 * The encoded bytes of a source.
 * @throws ClassifierTrainingError kind "data", `PICTURE_UNREADABLE`
 */
export async function readSource(source: EncodedSource, name: string): Promise<Uint8Array> {
  try {
    switch (source.kind) {
      case "bytes":
        return source.bytes;
      case "blob":
        return new Uint8Array(await source.blob.arrayBuffer());
      case "file":
        return await readBytes(source.path);
      case "slice":
        return await readRange(source.path, source.offset, source.length);
      case "zip":
        return await readZipEntry(source, (offset, length) => readRange(source.path, offset, length));
    }
  } catch (error) {
    const code = (error as { code?: string }).code ?? (error as Error).message;
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

function fromPixels({ width, height, layout, data }: Extract<ImageSource, { kind: "pixels" }>): Image {
  if (layout === "rgb") return { width, height, data };
  const image = blankImage(width, height);
  const area = width * height;
  const step = layout === "planar" ? area : 0;
  for (let i = 0; i < area; i++) {
    for (let channel = 0; channel < 3; channel++) image.data[i * 3 + channel] = data[i + channel * step]!;
  }
  return image;
}

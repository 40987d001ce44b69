// Decodes TIFF: what it packs loosely is read here, fax codes and JPEG within it by a library.
import type { Image } from "../../image.ts";
import { type DecodeLimits, decodeByLibrary } from "../../native/index.ts";
import { turnUpright } from "../../orientation.ts";
import { corruptPicture, pictureTimeout, pictureTooLarge, refusedPicture } from "../../picture-errors.ts";
import { cleanCopy } from "./clean-copy.ts";
import { coloursOf } from "./colours.ts";
import { readTiffDirectory } from "./directory.ts";
import { COMPRESSION, PHOTOMETRIC, readTiffLayout, type TiffLayout } from "./layout.ts";
import { readOldJpeg } from "./old-jpeg.ts";
import { isKnownPredictor, rowBytesOf, unpackPiece } from "./pieces.ts";
import { interleave, readSamples } from "./samples.ts";

/** Compressions that are left to a library. */
const BY_LIBRARY: readonly number[] = [
  ...[COMPRESSION.faxRuns, COMPRESSION.fax3, COMPRESSION.fax4],
  ...[COMPRESSION.jpeg, COMPRESSION.webp],
];

/**
 * Decodes the first picture of a TIFF as Pillow's `convert("RGB")` does. Every strip and tile must be whole.
 * @throws ClassifierTrainingError `PICTURE_CORRUPT`, `PICTURE_REFUSED`, `PICTURE_TOO_LARGE`, `PICTURE_TIMEOUT`
 */
export async function decodeTiff(bytes: Uint8Array, name: string, limits: DecodeLimits): Promise<Image> {
  const directory = readTiffDirectory(bytes);
  if (directory === undefined) throw corruptPicture(name, "the TIFF has no directory");
  const layout = readTiffLayout(directory, name);
  const { width, height, compression, photometric, samples, orientation, tiled } = layout;
  if (width * height > limits.maxPixels) throw pictureTooLarge(name, limits.maxPixels);
  const pieceArea = tiled ? layout.pieceWidth * layout.pieceHeight : 0;
  if (pieceArea > limits.maxPixels) throw pictureTooLarge(name, limits.maxPixels);
  const byLibrary = (picture: Uint8Array, format: "jpeg" | "tiff"): Promise<Image> =>
    decodeByLibrary(picture, name, {
      ...limits,
      format,
      autoOrient: false,
      strict: true,
      ...(photometric === PHOTOMETRIC.cmyk && { samples: "cmyk" }),
    });
  let image: Image;
  if (compression === COMPRESSION.oldJpeg) {
    const jpeg = readOldJpeg(bytes, directory);
    if (jpeg === undefined) throw refusedPicture("a TIFF with old-style JPEG in parts", name);
    image = await byLibrary(jpeg, "jpeg");
    if (image.width !== width || image.height !== height) throw corruptPicture(name, "the TIFF is damaged");
  } else if (BY_LIBRARY.includes(compression) || (photometric === PHOTOMETRIC.yCbCr && samples > 1)) {
    const copy = arePiecesWithin(bytes.length, layout) ? cleanCopy(bytes, directory) : undefined;
    if (copy === undefined) throw corruptPicture(name, "the TIFF is cut short");
    image = await byLibrary(copy, "tiff");
  } else {
    image = await readPieces(bytes, layout, directory.littleEndian, name, limits);
  }
  return turnUpright(image, orientation);
}

/** Whether the file holds all bytes of all strips or tiles: behind it the copy goes on. */
function arePiecesWithin(length: number, { offsets, byteCounts }: TiffLayout): boolean {
  return byteCounts !== undefined && offsets.every((offset, i) => offset + byteCounts[i]! <= length);
}

async function readPieces(
  bytes: Uint8Array,
  layout: TiffLayout,
  littleEndian: boolean,
  name: string,
  { seconds }: DecodeLimits,
): Promise<Image> {
  const { width, height, pieceWidth, pieceHeight, planar, samples, tiled } = layout;
  const deadline = Date.now() + seconds * 1000;
  const { used, convert } = coloursOf(layout, name);
  if (!isKnownPredictor(layout)) throw refusedPicture(`a TIFF with predictor ${layout.predictor}`, name);
  const data = new Uint8Array(width * height * 3);
  const [across, down] = [Math.ceil(width / pieceWidth), Math.ceil(height / pieceHeight)];
  const [planes, stride] = planar ? [used, used] : [1, samples];
  const rowSamples = pieceWidth * (planar ? 1 : samples);
  for (let index = 0; index < across * down; index++) {
    if (Date.now() > deadline) throw pictureTimeout(name, seconds);
    const [left, top] = [(index % across) * pieceWidth, Math.floor(index / across) * pieceHeight];
    const [columns, rows] = [Math.min(pieceWidth, width - left), Math.min(pieceHeight, height - top)];
    const parts: ReturnType<typeof readSamples>[] = [];
    for (let plane = 0; plane < planes; plane++) {
      const piece = await unpackPiece(bytes, layout, littleEndian, plane * across * down + index, rows);
      if (piece === undefined) {
        throw corruptPicture(
          name,
          `${tiled ? "tile" : "strip"} ${index} of the TIFF is damaged or cut short`,
        );
      }
      parts.push(readSamples(piece, layout, rowSamples, rowBytesOf(layout)));
    }
    const values = interleave(parts);
    for (let row = 0; row < rows; row++)
      convert(values, row * pieceWidth * stride, columns, data, ((top + row) * width + left) * 3);
  }
  return { width, height, data };
}

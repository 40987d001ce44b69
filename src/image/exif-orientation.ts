// Reads the orientation that an EXIF block or an XMP packet names, and settles between them as Pillow does.
import { readTiffDirectory } from "./formats/tiff/directory.ts";
import { ORIENTATION_TAG } from "./orientation.ts";

const PREFIX = "Exif\0\0";
const SHORT = 3;

/**
 * The orientation, 1 to 8, that the first directory of a block names; "none" where it names none; undefined where the
 * block is not as it should be, so that readers may differ.
 * @param block with or without "Exif" and two zeros before its header
 */
export function readExifOrientation(block: Uint8Array): number | "none" | undefined {
  const hasPrefix = String.fromCharCode(...block.subarray(0, PREFIX.length)) === PREFIX;
  const directory = readTiffDirectory(hasPrefix ? block.subarray(PREFIX.length) : block);
  if (directory === undefined) return undefined;
  const entry = directory.entries.get(ORIENTATION_TAG);
  if (entry === undefined) return "none";
  const value = entry.unique && entry.type === SHORT && entry.count === 1 ? entry.numbers()?.[0] : undefined;
  return value !== undefined && value >= 1 && value <= 8 ? value : undefined;
}

/** The orientation that an XMP packet names, 1 where it names none. */
export function readXmpOrientation(packet: Uint8Array): number {
  const text = new TextDecoder("latin1").decode(packet);
  const at = text.indexOf("tiff:Orientation");
  if (at < 0) return 1;
  const digit = /^tiff:Orientation(?:="|>)([0-9])/.exec(text.slice(at, at + 20))?.[1];
  const value = Number(digit ?? 1);
  return value >= 1 && value <= 8 ? value : 1;
}

/** EXIF counts where it names an orientation, else XMP; what is not as it should be is upright. */
export function settleOrientation(exif: Uint8Array | undefined, xmp: Uint8Array | undefined): number {
  const named = exif === undefined ? "none" : readExifOrientation(exif);
  if (named !== "none") return named ?? 1;
  return xmp === undefined ? 1 : readXmpOrientation(xmp);
}

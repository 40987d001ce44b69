// Reads the orientation from an EXIF block.
import { readTiffDirectory } from "../formats/tiff/directory.ts";

const PREFIX = "Exif\0\0";
const ORIENTATION = 0x0112;
const SHORT = 3;

/**
 * The orientation, 1 to 8, that the first directory of a block names; 1 where it names none; undefined where the block
 * is not as it should be, so that readers may differ.
 * @param block from "Exif" on
 */
export function readExifOrientation(block: Uint8Array): number | undefined {
  if (String.fromCharCode(...block.subarray(0, PREFIX.length)) !== PREFIX) return undefined;
  const directory = readTiffDirectory(block.subarray(PREFIX.length));
  if (directory === undefined) return undefined;
  const entry = directory.entries.get(ORIENTATION);
  if (entry === undefined) return 1;
  const value = entry.unique && entry.type === SHORT && entry.count === 1 ? entry.numbers()?.[0] : undefined;
  return value !== undefined && value >= 1 && value <= 8 ? value : undefined;
}

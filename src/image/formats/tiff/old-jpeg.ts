// Finds the JPEG in a TIFF of the old style, which TIFF's second technical note replaced.
import type { TiffDirectory } from "./directory.ts";

const [START_TAG, LENGTH_TAG] = [513, 514];
const [STRIP_OFFSETS, TILE_OFFSETS] = [273, 324];

/** The file within the file; undefined where there is none that is whole: its scans lie apart from its tables. */
export function readOldJpeg(bytes: Uint8Array, { entries }: TiffDirectory): Uint8Array | undefined {
  const start = entries.get(START_TAG)?.numbers()?.[0];
  if (start === undefined || bytes[start] !== 0xff || bytes[start + 1] !== 0xd8) return undefined;
  const pieces = entries.get(STRIP_OFFSETS) ?? entries.get(TILE_OFFSETS);
  if (pieces !== undefined && pieces.count > 1) return undefined;
  const length = entries.get(LENGTH_TAG)?.numbers()?.[0] ?? bytes.length - start;
  return bytes.subarray(start, start + length);
}

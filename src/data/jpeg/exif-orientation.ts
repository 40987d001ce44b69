// Reads the orientation from an EXIF block.

const PREFIX = "Exif\0\0";
const [LITTLE_ENDIAN, BIG_ENDIAN] = [0x4949, 0x4d4d];
const MAGIC = 42;
const ENTRY_BYTES = 12;
const ORIENTATION = 0x0112;
const SHORT = 3;

/**
 * The orientation, 1 to 8, that the first directory of a block names; 1 where it names none; undefined where the block
 * is not as it should be, so that readers may differ.
 * @param block from "Exif" on
 */
export function readExifOrientation(block: Uint8Array): number | undefined {
  if (String.fromCharCode(...block.subarray(0, PREFIX.length)) !== PREFIX) return undefined;
  const tiff = new DataView(block.buffer, block.byteOffset + PREFIX.length, block.byteLength - PREFIX.length);
  if (tiff.byteLength < 8) return undefined;
  const order = tiff.getUint16(0);
  const little = order === LITTLE_ENDIAN;
  if ((!little && order !== BIG_ENDIAN) || tiff.getUint16(2, little) !== MAGIC) return undefined;
  const directory = tiff.getUint32(4, little);
  if (directory + 2 > tiff.byteLength) return undefined;
  const entries = tiff.getUint16(directory, little);
  if (directory + 2 + entries * ENTRY_BYTES > tiff.byteLength) return undefined;
  const found: (number | undefined)[] = [];
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + i * ENTRY_BYTES;
    if (tiff.getUint16(at, little) !== ORIENTATION) continue;
    const isOneShort = tiff.getUint16(at + 2, little) === SHORT && tiff.getUint32(at + 4, little) === 1;
    found.push(isOneShort ? tiff.getUint16(at + 8, little) : undefined);
  }
  if (found.length === 0) return 1;
  const [value] = found;
  return found.length === 1 && value !== undefined && value >= 1 && value <= 8 ? value : undefined;
}

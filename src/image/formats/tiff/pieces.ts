// Unpacks the pieces of a TIFF, strips or tiles, to the bytes of their samples.
import { inflate } from "../../../platform/index.ts";
import { COMPRESSION, SAMPLE_FORMAT, type TiffLayout } from "./layout.ts";
import { unpackLzw } from "./lzw.ts";
import { unpackBits } from "./pack-bits.ts";

/** Bytes of one row of a piece. */
export function rowBytesOf({ pieceWidth, samples, planar, bits }: TiffLayout): number {
  return Math.ceil((pieceWidth * (planar ? 1 : samples) * bits) / 8);
}

/**
 * At least the first `rows` rows of a piece, with samples of more than one byte in the machine's order.
 * @returns undefined where there is less than that, or it is damaged
 */
export async function unpackPiece(
  bytes: Uint8Array,
  layout: TiffLayout,
  littleEndian: boolean,
  index: number,
  rows: number,
): Promise<Uint8Array | undefined> {
  const offset = layout.offsets[index];
  if (offset === undefined || offset >= bytes.length) return undefined;
  const rowBytes = rowBytesOf(layout);
  const isPacked = layout.compression !== COMPRESSION.none;
  // A tile is packed with the rows that reach over the picture's edge, a strip without them.
  const wanted = rowBytes * (isPacked && layout.tiled ? layout.pieceHeight : rows);
  const said = layout.byteCounts?.[index];
  const length = isPacked ? (said ?? bytes.length - offset) : wanted;
  if (!isPacked && said !== undefined && said > 0 && said < wanted) return undefined;
  if (offset + length > bytes.length) return undefined;
  const coded = bytes.subarray(offset, offset + length);
  const packed = layout.lowBitFirst ? coded.map(reverseBits) : coded;
  const piece = await unpack(packed, layout, wanted, rowBytes * layout.pieceHeight);
  if (piece === undefined) return undefined;
  if (!littleEndian && layout.predictor !== FLOAT_PREDICTOR) swapBytes(piece, layout.bits);
  const hasPredictor =
    layout.compression === COMPRESSION.lzw || COMPRESSIONS_OF_ZLIB.includes(layout.compression);
  if (hasPredictor) undoPredictor(piece, layout, rowBytes);
  return piece;
}

const COMPRESSIONS_OF_ZLIB: readonly number[] = [COMPRESSION.deflate, COMPRESSION.oldDeflate];
const [HORIZONTAL_PREDICTOR, FLOAT_PREDICTOR] = [2, 3];

/** Whether samples that were packed as differences can be put together again. */
export function isKnownPredictor({ predictor, bits, format }: TiffLayout): boolean {
  if (predictor === HORIZONTAL_PREDICTOR) return bits === 8 || bits === 16 || bits === 32;
  return predictor === 1 || (predictor === FLOAT_PREDICTOR && bits === 32 && format === SAMPLE_FORMAT.float);
}

function reverseBits(byte: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit);
  return reversed;
}

/** A copy of `wanted` bytes; undefined where they are not all there. `most` are what a whole piece may have. */
async function unpack(
  packed: Uint8Array,
  layout: TiffLayout,
  wanted: number,
  most: number,
): Promise<Uint8Array | undefined> {
  if (layout.compression === COMPRESSION.none)
    return packed.length < wanted ? undefined : new Uint8Array(packed);
  if (COMPRESSIONS_OF_ZLIB.includes(layout.compression)) return inflatePiece(packed, wanted, most);
  const piece = new Uint8Array(wanted);
  const unpackInto = layout.compression === COMPRESSION.lzw ? unpackLzw : unpackBits;
  return unpackInto(packed, piece) ? piece : undefined;
}

/** The stream must be whole: its checksum tells. `most` is what a whole piece may have. */
async function inflatePiece(
  packed: Uint8Array,
  wanted: number,
  most: number,
): Promise<Uint8Array | undefined> {
  try {
    const piece = await inflate(packed, 2 * most + 64);
    return piece.length < wanted ? undefined : piece.subarray(0, wanted);
  } catch {
    return undefined;
  }
}

/** Turns samples of 16 or 32 bits from big-endian to little-endian. */
function swapBytes(piece: Uint8Array, bits: number): void {
  const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
  if (bits === 16) for (let i = 0; i + 2 <= piece.length; i += 2) view.setUint16(i, view.getUint16(i), true);
  if (bits === 32) for (let i = 0; i + 4 <= piece.length; i += 4) view.setUint32(i, view.getUint32(i), true);
}

/** Adds the differences up again: to the sample of the same kind in the pixel before, or of bytes in planes. */
function undoPredictor(
  piece: Uint8Array,
  { predictor, samples, planar, bits, pieceWidth }: TiffLayout,
  rowBytes: number,
): void {
  const step = planar ? 1 : samples;
  const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
  for (let row = 0; row < piece.length; row += rowBytes) {
    if (predictor === HORIZONTAL_PREDICTOR && bits === 8) {
      for (let i = row + step; i < row + rowBytes; i++) piece[i]! += piece[i - step]!;
    } else if (predictor === HORIZONTAL_PREDICTOR && bits === 16) {
      for (let i = row + 2 * step; i < row + rowBytes; i += 2)
        view.setUint16(i, view.getUint16(i, true) + view.getUint16(i - 2 * step, true), true);
    } else if (predictor === HORIZONTAL_PREDICTOR) {
      for (let i = row + 4 * step; i < row + rowBytes; i += 4)
        view.setUint32(i, view.getUint32(i, true) + view.getUint32(i - 4 * step, true), true);
    } else if (predictor === FLOAT_PREDICTOR) {
      for (let i = row + step; i < row + rowBytes; i++) piece[i]! += piece[i - step]!;
      // The highest bytes of all samples come first, whatever the file's order.
      const planes = new Uint8Array(piece.subarray(row, row + rowBytes));
      const count = pieceWidth * step;
      for (let i = 0; i < count; i++) {
        for (let byte = 0; byte < 4; byte++) piece[row + 4 * i + byte] = planes[(3 - byte) * count + i]!;
      }
    }
  }
}

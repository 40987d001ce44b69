// Reads what a JPEG says of itself before its pixels: size, components, coding, scans, orientation.
import { readExifOrientation } from "./exif-orientation.ts";

/** What the segments before the first scan say. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 YCbCr or RGB, 4 CMYK or YCCK. */
  readonly components: number;
  /** Eight bits a sample in Huffman's code, sequential or progressive: what every decoder knows. */
  readonly isCommon: boolean;
  /** EXIF orientation, 1 to 8; 1 where there is none, undefined where it is not plain what it is. */
  readonly orientation: number | undefined;
  /** Passes over the picture, at most. */
  readonly scans: number;
}

const MARKER = {
  temporary: 0x01,
  baseline: 0xc0,
  extended: 0xc1,
  progressive: 0xc2,
  huffmanTables: 0xc4,
  reserved: 0xc8,
  arithmeticConditioning: 0xcc,
  lastFrame: 0xcf,
  firstRestart: 0xd0,
  start: 0xd8,
  end: 0xd9,
  scan: 0xda,
  exif: 0xe1,
} as const;

const COMMON: readonly number[] = [MARKER.baseline, MARKER.extended, MARKER.progressive];
const NO_FRAME: readonly number[] = [MARKER.huffmanTables, MARKER.reserved, MARKER.arithmeticConditioning];

const isFrame = (marker: number): boolean =>
  marker >= MARKER.baseline && marker <= MARKER.lastFrame && !NO_FRAME.includes(marker);

/** The header; undefined where no frame is described before the first scan. */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  const uint16 = (at: number): number => bytes[at]! * 256 + bytes[at + 1]!;
  let frame: Pick<JpegHeader, "width" | "height" | "components" | "isCommon"> | undefined;
  let orientation: number | undefined = 1;
  let [exifs, scans] = [0, 0];
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === MARKER.temporary || (marker >= MARKER.firstRestart && marker <= MARKER.start)) {
      at += 2;
      continue;
    }
    if (marker === MARKER.end) break;
    if (marker === MARKER.scan) {
      scans = countScans(bytes, at);
      break;
    }
    if (frame === undefined && isFrame(marker)) {
      const isCommon = COMMON.includes(marker) && bytes[at + 4] === 8;
      frame = { height: uint16(at + 5), width: uint16(at + 7), components: bytes[at + 9]!, isCommon };
    }
    const end = at + 2 + uint16(at + 2);
    if (marker === MARKER.exif && isExif(bytes, at + 4)) {
      exifs += 1;
      orientation = exifs === 1 ? readExifOrientation(bytes.subarray(at + 4, end)) : undefined;
    }
    at = end;
  }
  return frame && { ...frame, isCommon: frame.isCommon && scans > 0, orientation, scans };
}

function isExif(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x45 && bytes[at + 1] === 0x78 && bytes[at + 2] === 0x69 && bytes[at + 3] === 0x66;
}

/** Scan markers from `start` on. Within coded pixels that pair of bytes does not occur. */
function countScans(bytes: Uint8Array, start: number): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const marker = Buffer.of(0xff, MARKER.scan);
  let scans = 0;
  for (let at = buffer.indexOf(marker, start); at >= 0; at = buffer.indexOf(marker, at + 2)) scans += 1;
  return scans;
}

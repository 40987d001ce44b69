// Reads what a JPEG says of itself before its pixels: size, components, coding, scans, orientation.
import { readExifOrientation, readXmpOrientation } from "../exif-orientation.ts";

/** What the segments before the first scan say. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 YCbCr or RGB, 4 CMYK or YCCK. */
  readonly components: number;
  /**
   * Eight bits a sample in Huffman's code, sequential or progressive, with every scan: what every decoder knows. Where
   * scans of a progressive picture are missing, its blocks are smoothed, and versions of libjpeg differ in how.
   */
  readonly isCommon: boolean;
  /** EXIF orientation, 1 to 8; 1 where there is none, undefined where it is not plain what it is. */
  readonly orientation: number | undefined;
  /** Orientation that XMP names where EXIF names none; 1 otherwise. */
  readonly xmpOrientation: number;
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
  let exifs = 0;
  let scans: readonly number[] = [];
  let xmp: Uint8Array | undefined;
  let [isNamed, isProgressive] = [false, false];
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
      scans = findScans(bytes, at);
      break;
    }
    if (frame === undefined && isFrame(marker)) {
      isProgressive = marker === MARKER.progressive;
      const isCommon = COMMON.includes(marker) && bytes[at + 4] === 8;
      frame = { height: uint16(at + 5), width: uint16(at + 7), components: bytes[at + 9]!, isCommon };
    }
    const end = at + 2 + uint16(at + 2);
    if (marker === MARKER.exif && isExif(bytes, at + 4)) {
      exifs += 1;
      const named = exifs === 1 ? readExifOrientation(bytes.subarray(at + 4, end)) : undefined;
      isNamed = named !== "none";
      orientation = named === "none" ? 1 : named;
    } else if (marker === MARKER.exif && isXmp(bytes, at + 4)) xmp = bytes.subarray(at + 4, end);
    at = end;
  }
  const xmpOrientation = xmp === undefined || isNamed ? 1 : readXmpOrientation(xmp);
  if (frame === undefined) return undefined;
  const isWhole = isProgressive ? hasEveryBit(bytes, scans, frame.components) : scans.length > 0;
  const isCommon = frame.isCommon && isWhole;
  return { ...frame, isCommon, orientation, xmpOrientation, scans: scans.length };
}

function isExif(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x45 && bytes[at + 1] === 0x78 && bytes[at + 2] === 0x69 && bytes[at + 3] === 0x66;
}

const XMP_NAME: Uint8Array = new TextEncoder().encode("http://ns.adobe.com/xap/1.0/\0");

function isXmp(bytes: Uint8Array, at: number): boolean {
  return XMP_NAME.every((byte, i) => bytes[at + i] === byte);
}

/** Places of scan markers from `start` on. Within coded pixels that pair of bytes does not occur. */
function findScans(bytes: Uint8Array, start: number): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at + 1))
    if (bytes[at + 1] === MARKER.scan) places.push(at);
  return places;
}

/** Whether the scans of a progressive picture bring all 64 coefficients of every component down to the last bit. */
function hasEveryBit(bytes: Uint8Array, scans: readonly number[], components: number): boolean {
  const lowest = new Map<number, Uint8Array>();
  for (const at of scans) {
    const count = bytes[at + 4]!;
    const spectrum = at + 5 + 2 * count;
    const [first, last, bits] = bytes.subarray(spectrum, spectrum + 3);
    if (first === undefined || last === undefined || bits === undefined) return false;
    for (let component = 0; component < count; component++) {
      const id = bytes[at + 5 + 2 * component]!;
      const known = lowest.get(id) ?? new Uint8Array(64).fill(255);
      lowest.set(id, known.fill(bits & 15, first, last + 1));
    }
  }
  return lowest.size === components && [...lowest.values()].every((known) => known.every((bit) => bit === 0));
}

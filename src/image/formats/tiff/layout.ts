// What a TIFF says of its picture: size, samples, compression and where the pieces lie.
import type { ClassifierTrainingError } from "../../../core/index.ts";
import { corruptPicture, refusedPicture } from "../../picture-errors.ts";
import type { TiffDirectory } from "./directory.ts";

/** What samples mean. */
export const PHOTOMETRIC = {
  whiteIsZero: 0,
  blackIsZero: 1,
  rgb: 2,
  palette: 3,
  cmyk: 5,
  yCbCr: 6,
  lab: 8,
} as const;
/** The compressions that are read, by their numbers in tag 259. */
export const COMPRESSION = {
  none: 1,
  faxRuns: 2,
  fax3: 3,
  fax4: 4,
  lzw: 5,
  oldJpeg: 6,
  jpeg: 7,
  deflate: 8,
  packBits: 32773,
  oldDeflate: 32946,
  webp: 50001,
} as const;
/** How samples are numbers. */
export const SAMPLE_FORMAT = { unsigned: 1, signed: 2, float: 3 } as const;

/** Compressions by name, for those who are told that theirs is not read. */
const UNREAD_COMPRESSIONS: Readonly<Record<number, string>> = {
  9: "JBIG",
  10: "JBIG",
  32766: "NeXT",
  32809: "ThunderScan",
  32908: "Pixar",
  32909: "Pixar log",
  33003: "JPEG 2000",
  33005: "JPEG 2000",
  34661: "JBIG",
  34676: "SGI log",
  34677: "SGI log",
  34712: "JPEG 2000",
  34887: "LERC",
  34892: "lossy JPEG",
  34925: "LZMA",
  50000: "Zstandard",
  50002: "JPEG XL",
  52546: "JPEG XL",
};
const READ_COMPRESSIONS: readonly number[] = Object.values(COMPRESSION);
const MEANINGS: Readonly<Record<number, string>> = {
  4: "a transparency mask",
  9: "ICC L*a*b* colours",
  10: "ITU L*a*b* colours",
  32803: "a colour filter array",
  32844: "logarithmic colours",
  32845: "logarithmic colours",
  34892: "linear raw colours",
};

/** Everything needed to find and decode the pixels; codes are those of the TIFF 6.0 specification. */
export interface TiffLayout {
  readonly width: number;
  readonly height: number;
  readonly compression: number;
  readonly photometric: number;
  readonly format: number;
  /** Of every sample. */
  readonly bits: number;
  /** Samples a pixel. */
  readonly samples: number;
  /** Whether each sample lies in pieces of its own. */
  readonly planar: boolean;
  /** Whether the colours were multiplied by alpha. */
  readonly premultiplied: boolean;
  /** Whether the lowest bit of a byte comes first. */
  readonly lowBitFirst: boolean;
  readonly predictor: number;
  /** Red of all indices, then green, then blue, of 16 bits. */
  readonly palette: readonly number[];
  /** 1 to 8, as in EXIF. */
  readonly orientation: number;
  readonly tiled: boolean;
  readonly pieceWidth: number;
  readonly pieceHeight: number;
  readonly offsets: readonly number[];
  /** Undefined where the file does not say. */
  readonly byteCounts: readonly number[] | undefined;
}

const TAG = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  orientation: 274,
  samples: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planar: 284,
  predictor: 317,
  palette: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  format: 339,
} as const;
const ASSOCIATED_ALPHA = 1;

/** @throws ClassifierTrainingError `PICTURE_CORRUPT`, `PICTURE_REFUSED` for what TIFF has and is not read */
export function readTiffLayout(directory: TiffDirectory, name: string): TiffLayout {
  const corrupt = (what: string): ClassifierTrainingError => corruptPicture(name, `the TIFF ${what}`);
  const optional = (tag: number): readonly number[] | undefined => {
    const entry = directory.entries.get(tag);
    const numbers = entry?.numbers();
    if (entry !== undefined && (numbers === undefined || numbers.length === 0)) {
      throw corrupt(`has a bad value of tag ${tag}`);
    }
    return numbers;
  };
  const one = (tag: number, otherwise: number): number => optional(tag)?.[0] ?? otherwise;
  const compression = one(TAG.compression, COMPRESSION.none);
  const photometric =
    compression === COMPRESSION.oldJpeg ? PHOTOMETRIC.yCbCr : one(TAG.photometric, PHOTOMETRIC.whiteIsZero);
  const [width, height] = [one(TAG.width, 0), one(TAG.height, 0)];
  if (width < 1 || height < 1) throw corrupt("has no size");
  if (!READ_COMPRESSIONS.includes(compression)) {
    const known = UNREAD_COMPRESSIONS[compression] ?? `number ${compression}`;
    throw refusedPicture(`a TIFF compressed by ${known}`, name);
  }
  if (!Object.values<number>(PHOTOMETRIC).includes(photometric)) {
    throw refusedPicture(`a TIFF of ${MEANINGS[photometric] ?? `colours of kind ${photometric}`}`, name);
  }
  const oldColours = compression === COMPRESSION.oldJpeg ? 3 : 1;
  const samples = one(TAG.samples, oldColours);
  const bits = optional(TAG.bits) ?? [1];
  const used = bits.slice(0, samples);
  const formats = optional(TAG.format) ?? [SAMPLE_FORMAT.unsigned];
  if (used.some((depth) => depth !== used[0]) || formats.some((format) => format !== formats[0])) {
    throw refusedPicture("a TIFF whose samples differ in kind", name);
  }
  const tiled = directory.entries.has(TAG.tileWidth) || directory.entries.has(TAG.tileHeight);
  const pieceWidth = tiled ? one(TAG.tileWidth, 0) : width;
  const pieceHeight = tiled ? one(TAG.tileHeight, 0) : Math.min(one(TAG.rowsPerStrip, height), height);
  const offsets = optional(tiled ? TAG.tileOffsets : TAG.stripOffsets);
  if (offsets === undefined || pieceWidth < 1 || pieceHeight < 1)
    throw corrupt("does not say where its pixels are");
  const planar = samples > 1 && one(TAG.planar, 1) === 2;
  const pieces = Math.ceil(width / pieceWidth) * Math.ceil(height / pieceHeight) * (planar ? samples : 1);
  const byteCounts = optional(tiled ? TAG.tileByteCounts : TAG.stripByteCounts);
  if (offsets.length !== pieces || (byteCounts !== undefined && byteCounts.length !== pieces))
    throw corrupt(`has pieces at ${offsets.length} places, and its size asks for ${pieces}`);
  const palette = photometric === PHOTOMETRIC.palette ? (optional(TAG.palette) ?? []) : [];
  if (photometric === PHOTOMETRIC.palette && palette.length < 3 << used[0]!) throw corrupt("has no palette");
  const orientation = one(TAG.orientation, 1);
  return {
    ...{ width, height, compression, photometric, samples, tiled, pieceWidth, pieceHeight, offsets },
    ...{ planar, byteCounts, palette },
    format: formats[0]!,
    bits: used[0]!,
    premultiplied: optional(TAG.extraSamples)?.[0] === ASSOCIATED_ALPHA,
    lowBitFirst: one(TAG.fillOrder, 1) === 2,
    predictor: one(TAG.predictor, 1),
    orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
  };
}

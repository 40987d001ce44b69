// The samples of a TIFF to 8-bit RGB, as Pillow converts them.
import { refusedPicture } from "../../picture-errors.ts";
import { convertCmyk } from "../cmyk.ts";
import type { ConvertPixels } from "../convert-pixels.ts";
import { convertLab } from "./lab.ts";
import { PHOTOMETRIC, SAMPLE_FORMAT, type TiffLayout } from "./layout.ts";

/** The conversion that suits a file's samples. */
export interface Colours {
  /** How many of a pixel's samples it looks at, from the first on. */
  readonly used: number;
  readonly convert: ConvertPixels;
}

const { unsigned, signed, float } = SAMPLE_FORMAT;

/** What a kind of colour is called, the samples of a pixel that it needs, and how many others may follow these. */
const KINDS: Readonly<Record<number, { name: string; channels: number; others: number }>> = {
  [PHOTOMETRIC.whiteIsZero]: { name: "a grey", channels: 1, others: 1 },
  [PHOTOMETRIC.blackIsZero]: { name: "a grey", channels: 1, others: 1 },
  [PHOTOMETRIC.rgb]: { name: "an RGB", channels: 3, others: 3 },
  [PHOTOMETRIC.palette]: { name: "a palette", channels: 1, others: 1 },
  [PHOTOMETRIC.cmyk]: { name: "a CMYK", channels: 4, others: 2 },
  [PHOTOMETRIC.yCbCr]: { name: "a YCbCr", channels: 1, others: 0 },
  [PHOTOMETRIC.lab]: { name: "an L*a*b*", channels: 3, others: 0 },
};

/** @throws ClassifierTrainingError `PICTURE_REFUSED` for samples that Pillow does not read either */
export function coloursOf(layout: TiffLayout, name: string): Colours {
  const { photometric, bits, format, samples, planar, premultiplied } = layout;
  const kind = KINDS[photometric]!;
  const stride = (used: number): number => (planar ? used : samples);
  if (samples >= kind.channels && samples <= kind.channels + kind.others) {
    const isBytes = format === unsigned && [1, 2, 4, 8].includes(bits);
    const isWhole = format === unsigned && (bits === 8 || bits === 16);
    const isNumber = format === float ? bits === 32 : [12, 16, 32].includes(bits);
    if (photometric === PHOTOMETRIC.rgb && isWhole) {
      if (!premultiplied || samples === 3) return { used: 3, convert: convertRgb(stride(3), bits - 8) };
      return { used: 4, convert: convertPremultiplied(stride(4), bits - 8) };
    }
    if (photometric === PHOTOMETRIC.palette && isBytes)
      return { used: 1, convert: lookUp(stride(1), paletteOf(layout)) };
    if (photometric === PHOTOMETRIC.cmyk && isWhole)
      return { used: 4, convert: convertCmyk(stride(4), bits - 8) };
    if (photometric === PHOTOMETRIC.lab && bits === 8) return { used: 3, convert: convertLab(stride(3)) };
    if (kind.channels === 1 && photometric !== PHOTOMETRIC.palette) {
      if (isBytes || (format === signed && bits === 8))
        return { used: 1, convert: lookUp(stride(1), greysOf(layout)) };
      if (isNumber) return { used: 1, convert: clip(stride(1)) };
    }
  }
  const type = { [signed]: "signed ", [float]: "floating-point " }[format] ?? "";
  throw refusedPicture(`${kind.name} TIFF with ${samples} ${type}samples of ${bits} bits`, name);
}

/** Red, green and blue of every index. */
function paletteOf({ palette, bits }: TiffLayout): Uint8Array {
  const count = 1 << bits;
  return Uint8Array.from(
    { length: count * 3 },
    (_, i) => (palette[(i % 3) * count + Math.floor(i / 3)] ?? 0) >> 8,
  );
}

function greysOf({ photometric, bits }: TiffLayout): Uint8Array {
  const count = 1 << bits;
  return Uint8Array.from({ length: count * 3 }, (_, i) => {
    const level = (Math.floor(i / 3) * 255) / (count - 1);
    return photometric === PHOTOMETRIC.whiteIsZero ? 255 - level : level;
  });
}

function lookUp(stride: number, table: Uint8Array): ConvertPixels {
  return (samples, from, count, rgb, to) => {
    for (let i = 0; i < count; i++) {
      const at = samples[from + i * stride]! * 3;
      rgb[to + i * 3] = table[at]!;
      rgb[to + i * 3 + 1] = table[at + 1]!;
      rgb[to + i * 3 + 2] = table[at + 2]!;
    }
  };
}

/** Grey of more than eight bits: what is above 255 is white. Of these, white that is zero is not turned around. */
function clip(stride: number): ConvertPixels {
  return (samples, from, count, rgb, to) => {
    for (let i = 0; i < count; i++) {
      const level = Math.min(255, Math.max(0, samples[from + i * stride]!));
      rgb.fill(level, to + i * 3, to + i * 3 + 3);
    }
  };
}

function convertRgb(stride: number, shift: number): ConvertPixels {
  return (samples, from, count, rgb, to) => {
    if (stride === 3 && samples instanceof Uint8Array) {
      rgb.set(samples.subarray(from, from + count * 3), to);
      return;
    }
    for (let i = 0; i < count; i++) {
      for (let channel = 0; channel < 3; channel++)
        rgb[to + i * 3 + channel] = samples[from + i * stride + channel]! >> shift;
    }
  };
}

function convertPremultiplied(stride: number, shift: number): ConvertPixels {
  return (samples, from, count, rgb, to) => {
    for (let i = 0; i < count; i++) {
      const alpha = samples[from + i * stride + 3]! >> shift;
      for (let channel = 0; channel < 3; channel++) {
        const level = samples[from + i * stride + channel]! >> shift;
        rgb[to + i * 3 + channel] = alpha === 0 ? 0 : Math.min(255, Math.floor((level * 255) / alpha));
      }
    }
  };
}

// The kernels as plain loops: what the fast ones must equal, and what runs where WebAssembly has no vectors.
import type { Image } from "../image.ts";
import { meanLuma, type Pass, type PixelKernels } from "./kernels.ts";
import { luma } from "./luma.ts";
import { PRECISION_BITS, type Taps } from "./taps.ts";

const { fround } = Math;
const HALF = 1 << (PRECISION_BITS - 1);

/** Takes any picture and any passes, a whole picture at a time. */
export const scalarKernels: PixelKernels = {
  run: (image, passes) => passes.reduce(apply, image),

  toPlanes(image, passes, { scale, mean, deviation }, planes) {
    const { data } = scalarKernels.run(image, passes);
    const area = data.length / 3;
    for (let channel = 0; channel < 3; channel++) {
      const [middle, width, factor] = [mean[channel]!, deviation[channel]!, fround(scale)].map(fround) as [
        number,
        number,
        number,
      ];
      const levels = Float32Array.from({ length: 256 }, (_, value) =>
        fround(fround(fround(value * factor) - middle) / width),
      );
      for (let i = 0; i < area; i++) planes[channel * area + i] = levels[data[i * 3 + channel]!]!;
    }
  },
};

function apply(image: Image, pass: Pass): Image {
  const { width, height, data } = image;
  switch (pass.kind) {
    case "resize":
      return resize(image, pass);
    case "mirror":
      return { width, height, data: mirror(data, width) };
    case "lookUp":
      return { width, height, data: lookUp(data, pass.table) };
    case "blend":
      return { width, height, data: blend(data, pass) };
    case "saturate":
      return { width, height, data: saturate(data, fround(pass.factor)) };
    case "turnHue":
      return { width, height, data: turnHue(data, pass.turn) };
  }
}

function lookUp(data: Uint8Array, table: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) out[i] = table[data[i]!]!;
  return out;
}

function sumLuma(data: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) sum += luma(data[i]!, data[i + 1]!, data[i + 2]!);
  return sum;
}

/** Pillow's `Image.blend` of two levels. */
function blended(from: number, to: number, factor: number): number {
  return clip(fround(from + fround(factor * (to - from))));
}

function blend(data: Uint8Array, { from, factor }: Extract<Pass, { kind: "blend" }>): Uint8Array {
  const level = from === "mean luma" ? meanLuma(sumLuma(data), data.length / 3) : from;
  const single = fround(factor);
  return lookUp(
    data,
    Uint8Array.from({ length: 256 }, (_, value) => blended(level, value, single)),
  );
}

function saturate(data: Uint8Array, factor: number): Uint8Array {
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const grey = luma(data[i]!, data[i + 1]!, data[i + 2]!);
    for (let c = i; c < i + 3; c++) out[c] = blended(grey, data[c]!, factor);
  }
  return out;
}

/** Pillow's way to 8-bit HSV and back (src/libImaging/Convert.c): its rounding is part of the result. */
function turnHue(data: Uint8Array, turn: number): Uint8Array {
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const [hue, saturation, value] = toHsv(data[i]!, data[i + 1]!, data[i + 2]!);
    out.set(fromHsv((hue + turn) & 255, saturation, value), i);
  }
  return out;
}

type Triple = readonly [number, number, number];

function toHsv(r: number, g: number, b: number): Triple {
  const greatest = Math.max(r, g, b);
  const spread = greatest - Math.min(r, g, b);
  if (spread === 0) return [0, 0, greatest];
  const [red, green, blue] = [r, g, b].map((channel) => fround((greatest - channel) / spread)) as [
    number,
    number,
    number,
  ];
  const sector = fround(r === greatest ? blue - green : g === greatest ? 2 + red - blue : 4 + green - red);
  const hue = fround((sector / 6 + 1) % 1);
  return [Math.trunc(hue * 255), Math.trunc(fround(spread / greatest) * 255), greatest];
}

function fromHsv(hue: number, saturation: number, value: number): Triple {
  const position = (hue * 6) / 255;
  const sector = Math.floor(position);
  const fraction = fround(position - sector);
  const strength = fround(saturation / 255);
  const scaled = (share: number): number => Math.floor(value * share + 0.5);
  const least = scaled(1 - strength);
  const falling = scaled(1 - fround(strength * fraction));
  const rising = scaled(1 - strength * (1 - fraction));
  const sectors: readonly Triple[] = [
    [value, rising, least],
    [falling, value, least],
    [least, value, rising],
    [least, falling, value],
    [rising, least, value],
    [value, least, falling],
  ];
  return sectors[sector % 6]!;
}

function mirror(data: Uint8Array, width: number): Uint8Array {
  const out = new Uint8Array(data.length);
  const length = width * 3;
  for (let row = 0; row < data.length; row += length) {
    for (let from = row, to = row + length - 3; from < row + length; from += 3, to -= 3) {
      out[to] = data[from]!;
      out[to + 1] = data[from + 1]!;
      out[to + 2] = data[from + 2]!;
    }
  }
  return out;
}

function clip(value: number): number {
  return value < 0 ? 0 : Math.min(value, 255);
}

/** Rows of a picture; `start` and `stride` in bytes. */
interface PixelRows {
  readonly data: Uint8Array;
  readonly start: number;
  readonly stride: number;
  readonly height: number;
}

function resize(image: Image, pass: Extract<Pass, { kind: "resize" }>): Image {
  const { region, width, height, horizontal, vertical } = pass;
  const stride = image.width * 3;
  const rows = {
    data: image.data,
    start: region.top * stride + region.left * 3,
    stride,
    height: region.height,
  };
  const across = horizontal === undefined ? copyRows(rows, width) : resizeRows(rows, width, horizontal);
  const data = vertical === undefined ? across : resizeColumns(across, width * 3, height, vertical);
  return { width, height, data };
}

function copyRows({ data, start, stride, height }: PixelRows, width: number): Uint8Array {
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = start + y * stride;
    out.set(data.subarray(from, from + width * 3), y * width * 3);
  }
  return out;
}

function resizeRows({ data, start, stride, height }: PixelRows, width: number, taps: Taps): Uint8Array {
  const out = new Uint8Array(width * height * 3);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const row = start + y * stride;
    for (let x = 0; x < width; x++) {
      let [r, g, b] = [HALF, HALF, HALF];
      let from = row + taps.first[x]! * 3;
      for (let k = 0; k < taps.counts[x]!; k++, from += 3) {
        const weight = taps.weights[x * taps.stride + k]!;
        r = (r + Math.imul(data[from]!, weight)) | 0;
        g = (g + Math.imul(data[from + 1]!, weight)) | 0;
        b = (b + Math.imul(data[from + 2]!, weight)) | 0;
      }
      out[to++] = clip(r >> PRECISION_BITS);
      out[to++] = clip(g >> PRECISION_BITS);
      out[to++] = clip(b >> PRECISION_BITS);
    }
  }
  return out;
}

function resizeColumns(data: Uint8Array, length: number, height: number, taps: Taps): Uint8Array {
  const out = new Uint8Array(length * height);
  const sums = new Int32Array(length);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    for (let k = 0; k < taps.counts[y]!; k++) {
      const weight = taps.weights[y * taps.stride + k]!;
      const from = (taps.first[y]! + k) * length;
      for (let i = 0; i < length; i++) sums[i] = (sums[i]! + Math.imul(data[from + i]!, weight)) | 0;
    }
    for (let i = 0; i < length; i++) out[y * length + i] = clip(sums[i]! >> PRECISION_BITS);
  }
  return out;
}

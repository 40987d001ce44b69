// Resizes 8-bit RGB with Pillow's arithmetic, bit for bit: separable filters in 22-bit fixed point.
import { blankImage, type Image, type ImageSize } from "../../image/image.ts";
import { type Pass, PRECISION_BITS, type Region, type Taps } from "../../image/kernels/index.ts";
import { runPasses } from "../transform.ts";

export type { Region } from "../../image/kernels/index.ts";

/** Resampling filters, named as Pillow and torchvision name them. */
export type Interpolation = "nearest" | "box" | "bilinear" | "hamming" | "bicubic" | "lanczos";

interface Filter {
  readonly support: number;
  weight(x: number): number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));

const FILTERS: Readonly<Record<Exclude<Interpolation, "nearest">, Filter>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    support: 1,
    weight: (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x))),
  },
  bicubic: {
    support: 2,
    weight: (signed) => {
      const x = Math.abs(signed);
      if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
      return x < 2 ? ((x - 5) * x + 8) * x * -0.5 + 2 : 0;
    },
  },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc` (src/libImaging/Resample.c). */
function computeTaps(inSize: number, outSize: number, filter: Filter): Taps {
  const scale = inSize / outSize;
  const filterScale = Math.max(scale, 1);
  const support = filter.support * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outSize);
  const counts = new Int32Array(outSize);
  const weights = new Int32Array(outSize * stride);
  const exact = new Float64Array(stride);
  for (let i = 0; i < outSize; i++) {
    const center = (i + 0.5) * scale;
    const from = Math.max(0, Math.trunc(center - support + 0.5));
    const taps = Math.min(inSize, Math.trunc(center + support + 0.5)) - from;
    let total = 0;
    for (let k = 0; k < taps; k++) {
      exact[k] = filter.weight((k + from - center + 0.5) * (1 / filterScale));
      total += exact[k]!;
    }
    for (let k = 0; k < taps; k++) {
      const fixed = (total === 0 ? exact[k]! : exact[k]! / total) * (1 << PRECISION_BITS);
      weights[i * stride + k] = Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    }
    first[i] = from;
    counts[i] = taps;
  }
  return { first, counts, stride, weights };
}

const TAPS_KEPT = 256;
const keptTaps = new Map<string, Taps>();

/** The taps, remembered for the sizes seen lately. */
function tapsFor(inSize: number, outSize: number, interpolation: Exclude<Interpolation, "nearest">): Taps {
  const key = `${interpolation} ${inSize} ${outSize}`;
  let taps = keptTaps.get(key);
  if (taps === undefined) {
    taps = computeTaps(inSize, outSize, FILTERS[interpolation]);
    if (keptTaps.size >= TAPS_KEPT) keptTaps.delete(keptTaps.keys().next().value!);
    keptTaps.set(key, taps);
  }
  return taps;
}

/**
 * The picture, or a region of it, at another size: what Pillow's `crop(region).resize((width, height))` gives.
 * Pixels outside the region have no influence. The horizontal pass comes first, each pass rounds to 8 bits, and
 * a pass that changes no size is left out.
 */
export function resize(
  image: Image,
  width: number,
  height: number,
  interpolation: Interpolation = "bilinear",
  region: Region = wholeOf(image),
): Image {
  return runPasses(image, resizePasses(image, width, height, interpolation, region));
}

/** What `resize` does, as passes. */
export function resizePasses(
  size: ImageSize,
  width: number,
  height: number,
  interpolation: Interpolation = "bilinear",
  region: Region = wholeOf(size),
): readonly Pass[] {
  const [sameWidth, sameHeight] = [width === region.width, height === region.height];
  if (sameWidth && sameHeight && width === size.width && height === size.height) return [];
  const nearest = interpolation === "nearest";
  const horizontal = nearest ? nearestTaps(region.width, width) : tapsFor(region.width, width, interpolation);
  const vertical = nearest
    ? nearestTaps(region.height, height)
    : tapsFor(region.height, height, interpolation);
  return [
    {
      kind: "resize",
      region,
      width,
      height,
      horizontal: sameWidth ? undefined : horizontal,
      vertical: sameHeight ? undefined : vertical,
    },
  ];
}

const wholeOf = ({ width, height }: ImageSize): Region => ({ left: 0, top: 0, width, height });

/** One tap of weight 1 for each position; where there is none, of weight 0. */
function nearestTaps(inSize: number, outSize: number): Taps {
  const positions = nearestPositions(outSize, inSize / outSize, 0, inSize);
  return {
    first: positions.map((position) => Math.max(0, position)),
    counts: new Int32Array(outSize).fill(1),
    stride: 1,
    weights: positions.map((position) => (position < 0 ? 0 : 1 << PRECISION_BITS)),
  };
}

/** Whole positions of a scaled axis, summed up step by step as Pillow does; -1 outside. */
export function nearestPositions(count: number, step: number, offset: number, size: number): Int32Array {
  const positions = new Int32Array(count);
  let at = offset + step * 0.5;
  for (let i = 0; i < count; i++) {
    const position = at < 0 ? -1 : Math.trunc(at);
    positions[i] = position < size ? position : -1;
    at += step;
  }
  return positions;
}

/** The height and width at which the shorter side is `size`, or the longer `maxSize`; the other one is truncated. */
export function sidesFor(
  image: ImageSize,
  size: number | null,
  maxSize: number | null,
): readonly [number, number] {
  const portrait = image.width <= image.height;
  const [short, long] = portrait ? [image.width, image.height] : [image.height, image.width];
  const side = (exact: number): number => Math.max(1, Math.trunc(exact));
  let [newShort, newLong] = size === null ? [short, long] : [size, side((size * long) / short)];
  if (maxSize !== null && (size === null || newLong > maxSize)) {
    [newShort, newLong] = [side((maxSize * newShort) / newLong), maxSize];
  }
  return portrait ? [newLong, newShort] : [newShort, newLong];
}

/** The pixels of a region that lies inside the picture; the picture itself where that is all of it. */
export function crop(image: Image, region: Region): Image {
  if (region.width === image.width && region.height === image.height) return image;
  const result = blankImage(region.width, region.height);
  const length = region.width * 3;
  for (let y = 0; y < region.height; y++) {
    const start = ((region.top + y) * image.width + region.left) * 3;
    result.data.set(image.data.subarray(start, start + length), y * length);
  }
  return result;
}

// Brightness, contrast, saturation and hue of 8-bit RGB in Pillow's arithmetic.
import { blankImage, type Image } from "../image.ts";

/** Luma as Pillow's `convert("L")` computes it: ITU-R 601-2 in 16-bit fixed point. */
export function luma(r: number, g: number, b: number): number {
  return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;
}

/** `from + factor * (to - from)` as Pillow's `Image.blend` computes it: in float32, clamped, truncated. */
export function blend(from: number, to: number, factor: number): number {
  const mixed = Math.fround(from + Math.fround(factor * (to - from)));
  return mixed <= 0 ? 0 : mixed >= 255 ? 255 : Math.trunc(mixed);
}

/** Every channel through a table of 256 entries. */
export function lookUp(image: Image, table: Uint8Array): Image {
  const result = blankImage(image.width, image.height);
  const { data } = image;
  for (let i = 0; i < data.length; i++) result.data[i] = table[data[i]!]!;
  return result;
}

/** The picture blended with a constant: 0 gives the constant, 1 the picture. */
function blendWithConstant(image: Image, constant: number, factor: number): Image {
  const single = Math.fround(factor);
  return lookUp(
    image,
    Uint8Array.from({ length: 256 }, (_, value) => blend(constant, value, single)),
  );
}

/** Factor 0 gives black, 1 the picture. */
export function adjustBrightness(image: Image, factor: number): Image {
  return factor === 1 ? image : blendWithConstant(image, 0, factor);
}

/** Factor 0 gives uniform grey of the mean luma, 1 the picture. */
export function adjustContrast(image: Image, factor: number): Image {
  if (factor === 1) return image;
  const { data } = image;
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) sum += luma(data[i]!, data[i + 1]!, data[i + 2]!);
  return blendWithConstant(image, Math.trunc(sum / (data.length / 3) + 0.5), factor);
}

/** Factor 0 gives grey, 1 the picture. */
export function adjustSaturation(image: Image, factor: number): Image {
  if (factor === 1) return image;
  const single = Math.fround(factor);
  const shift = Float32Array.from({ length: 511 }, (_, i) => single * (i - 255));
  const result = blankImage(image.width, image.height);
  const { data } = image;
  for (let i = 0; i < data.length; i += 3) {
    const grey = luma(data[i]!, data[i + 1]!, data[i + 2]!);
    for (let c = i; c < i + 3; c++) {
      const mixed = Math.fround(grey + shift[data[c]! - grey + 255]!);
      result.data[c] = mixed <= 0 ? 0 : Math.min(mixed, 255);
    }
  }
  return result;
}

/**
 * Turns the hue by `factor` (-0.5 to 0.5 of the circle) through Pillow's 8-bit HSV (src/libImaging/Convert.c),
 * whose rounding is part of the result.
 */
export function adjustHue(image: Image, factor: number): Image {
  const turn = Math.trunc(factor * 255) & 255;
  const result = blankImage(image.width, image.height);
  const { data } = image;
  const out = result.data;
  for (let i = 0; i < data.length; i += 3) {
    const r = data[i]!;
    const g = data[i + 1]!;
    const b = data[i + 2]!;
    const highest = r > g ? Math.max(r, b) : Math.max(g, b);
    const lowest = r < g ? Math.min(r, b) : Math.min(g, b);
    let hue = 0;
    let saturation = 0;
    if (highest !== lowest) {
      const spread = highest - lowest;
      saturation = Math.trunc(Math.fround(spread / highest) * 255);
      const rc = Math.fround((highest - r) / spread);
      const gc = Math.fround((highest - g) / spread);
      const bc = Math.fround((highest - b) / spread);
      const sector = Math.fround(r === highest ? bc - gc : g === highest ? 2 + rc - bc : 4 + gc - rc);
      const turns = sector / 6 + 1;
      hue = Math.trunc(Math.fround(turns - Math.trunc(turns)) * 255);
    }
    hue = (hue + turn) & 255;
    if (saturation === 0) {
      out[i] = highest;
      out[i + 1] = highest;
      out[i + 2] = highest;
      continue;
    }
    const position = (hue * 6) / 255;
    const sector = Math.floor(position);
    const fraction = Math.fround(position - sector);
    const strength = Math.fround(saturation / 255);
    const p = Math.floor(highest * (1 - strength) + 0.5);
    const q = Math.floor(highest * (1 - Math.fround(strength * fraction)) + 0.5);
    const t = Math.floor(highest * (1 - strength * (1 - fraction)) + 0.5);
    const v = highest;
    switch (sector) {
      case 1:
        out[i] = q;
        out[i + 1] = v;
        out[i + 2] = p;
        break;
      case 2:
        out[i] = p;
        out[i + 1] = v;
        out[i + 2] = t;
        break;
      case 3:
        out[i] = p;
        out[i + 1] = q;
        out[i + 2] = v;
        break;
      case 4:
        out[i] = t;
        out[i + 1] = p;
        out[i + 2] = v;
        break;
      case 5:
        out[i] = v;
        out[i + 1] = p;
        out[i + 2] = q;
        break;
      default:
        out[i] = v;
        out[i + 1] = t;
        out[i + 2] = p;
    }
  }
  return result;
}

/** Grey of the same luma. */
export function grayscale(image: Image): Image {
  const result = blankImage(image.width, image.height);
  const { data } = image;
  for (let i = 0; i < data.length; i += 3) {
    result.data.fill(luma(data[i]!, data[i + 1]!, data[i + 2]!), i, i + 3);
  }
  return result;
}

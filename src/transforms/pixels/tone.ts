// Curves of 8-bit RGB as Pillow's ImageOps has them: gamma, posterize, solarize, contrast stretching, equalizing.
import type { Image } from "../../image/image.ts";
import { lookUp } from "./color.ts";

const table = (curve: (value: number) => number): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, value) => Math.min(Math.max(Math.trunc(curve(value)), 0), 255));

/** `255 * gain * (value / 255) ** gamma`, with torchvision's rounding. */
export function adjustGamma(image: Image, gamma: number, gain = 1): Image {
  return lookUp(
    image,
    table((value) => (255 + 1 - 1e-3) * gain * (value / 255) ** gamma),
  );
}

/** Keeps the highest `bits` bits of every channel. */
export function posterize(image: Image, bits: number): Image {
  const mask = 256 - 2 ** (8 - bits);
  return lookUp(
    image,
    table((value) => value & mask),
  );
}

/** Inverts values of `threshold` and above. */
export function solarize(image: Image, threshold: number): Image {
  return lookUp(
    image,
    table((value) => (value < threshold ? value : 255 - value)),
  );
}

/** `255 - value` of every channel. */
export function invert(image: Image): Image {
  return solarize(image, 0);
}

/** Stretches each channel to 0..255. */
export function autoContrast(image: Image): Image {
  return byChannel(image, (histogram) => {
    const low = histogram.findIndex((count) => count > 0);
    const high = histogram.findLastIndex((count) => count > 0);
    if (high <= low) return table((value) => value);
    const scale = 255 / (high - low);
    const offset = -low * scale;
    return table((value) => value * scale + offset);
  });
}

/** Gives each channel a flat histogram. */
export function equalize(image: Image): Image {
  return byChannel(image, (histogram) => {
    const used = histogram.filter((count) => count > 0);
    const total = used.reduce((sum, count) => sum + count, 0);
    const step = Math.floor((total - (used.at(-1) ?? 0)) / 255);
    if (used.length <= 1 || step === 0) return table((value) => value);
    let sum = Math.floor(step / 2);
    return table((value) => {
      const level = Math.floor(sum / step);
      sum += histogram[value]!;
      return level;
    });
  });
}

/** Each channel through a table made from its histogram. */
function byChannel(image: Image, curve: (histogram: number[]) => Uint8Array): Image {
  const { width, height, data } = image;
  const out = new Uint8Array(data.length);
  for (let channel = 0; channel < 3; channel++) {
    const histogram = new Array<number>(256).fill(0);
    for (let i = channel; i < data.length; i += 3) histogram[data[i]!]!++;
    const levels = curve(histogram);
    for (let i = channel; i < data.length; i += 3) out[i] = levels[data[i]!]!;
  }
  return { width, height, data: out };
}

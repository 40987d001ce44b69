// Blurring and sharpening of 8-bit RGB.
import { blankImage, type Image } from "../../image/image.ts";
import { blend } from "./color.ts";
import { reflectIndex } from "./padding.ts";

const CORNER = Math.fround(1 / 13);
const CENTER = Math.fround(5 / 13);
const { fround } = Math;

/** Factor 0 gives a smoothed picture, 1 the picture, 2 a sharpened one. Pillow's `ImageEnhance.Sharpness`. */
export function adjustSharpness(image: Image, factor: number): Image {
  if (factor === 1) return image;
  const smooth = smooth3x3(image);
  const single = fround(factor);
  const result = blankImage(image.width, image.height);
  for (let i = 0; i < result.data.length; i++) {
    result.data[i] = blend(smooth.data[i]!, image.data[i]!, single);
  }
  return result;
}

/** Pillow's SMOOTH kernel (1 1 1, 1 5 1, 1 1 1)/13 in float32; the border stays. */
function smooth3x3({ width, height, data }: Image): Image {
  const out = Uint8Array.from(data);
  const line = width * 3;
  const row = (at: number, center: number): number =>
    fround(
      fround(fround(data[at - 3]! * CORNER) + fround(data[at]! * center)) + fround(data[at + 3]! * CORNER),
    );
  for (let y = 1; y < height - 1; y++) {
    for (let at = y * line + 3; at < (y + 1) * line - 3; at++) {
      let sum = fround(0.5 + row(at + line, CORNER));
      sum = fround(sum + row(at, CENTER));
      sum = fround(sum + row(at - line, CORNER));
      out[at] = Math.min(sum, 255);
    }
  }
  return { width, height, data: out };
}

/** Gaussian weights of torchvision's `gaussian_blur`, in float32. */
function gaussianKernel(size: number, sigma: number): Float32Array {
  const limit = (size - 1) / (2 * Math.SQRT2);
  const exponents = Float32Array.from({ length: size }, (_, i) => {
    const x = size === 1 ? 0 : -limit + (2 * limit * i) / (size - 1);
    return -((x / sigma) ** 2);
  });
  const peak = Math.max(...exponents);
  const weights = exponents.map((exponent) => Math.exp(exponent - peak));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Blurs with a Gaussian of [width, height] taps; the border is reflected; rounded half to even. */
export function gaussianBlur(
  image: Image,
  kernelSize: readonly [number, number],
  sigma: readonly [number, number],
): Image {
  const { width, height, data } = image;
  const rows = new Float64Array(data.length);
  const across = gaussianKernel(kernelSize[0], sigma[0]);
  for (let x = 0; x < width; x++) {
    const taps = Array.from(across, (_, k) => reflectIndex(x + k - (across.length >> 1), width) * 3);
    for (let y = 0; y < height; y++) {
      const start = y * width * 3;
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let k = 0; k < taps.length; k++) sum += across[k]! * data[start + taps[k]! + channel]!;
        rows[start + x * 3 + channel] = sum;
      }
    }
  }
  const down = gaussianKernel(kernelSize[1], sigma[1]);
  const result = blankImage(width, height);
  const line = width * 3;
  for (let y = 0; y < height; y++) {
    const taps = Array.from(down, (_, k) => reflectIndex(y + k - (down.length >> 1), height) * line);
    for (let i = 0; i < line; i++) {
      let sum = 0;
      for (let k = 0; k < taps.length; k++) sum += down[k]! * rows[taps[k]! + i]!;
      result.data[y * line + i] = roundFloat32(sum);
    }
  }
  return result;
}

const ROUNDER = 1.5 * 2 ** 23;

/** The nearest whole number of the float32 nearest to `value`, halves to even. */
function roundFloat32(value: number): number {
  return fround(fround(value) + ROUNDER) - ROUNDER;
}

// Brightness, contrast, saturation and hue of 8-bit RGB in Pillow's arithmetic.
import { blankImage, type Image } from "../image.ts";
import { luma, pixelKernels } from "../kernels/index.ts";

/** `from + factor * (to - from)` as Pillow's `Image.blend` computes it: in float32, clamped, truncated. */
export function blend(from: number, to: number, factor: number): number {
  const mixed = Math.fround(from + Math.fround(factor * (to - from)));
  return mixed <= 0 ? 0 : mixed >= 255 ? 255 : Math.trunc(mixed);
}

/** Every channel through a table of 256 entries. */
export function lookUp({ width, height, data }: Image, table: Uint8Array): Image {
  return { width, height, data: pixelKernels().lookUp(data, table) };
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
  const mean = pixelKernels().sumLuma(image.data) / (image.data.length / 3);
  return blendWithConstant(image, Math.trunc(mean + 0.5), factor);
}

/** Factor 0 gives grey, 1 the picture. */
export function adjustSaturation(image: Image, factor: number): Image {
  if (factor === 1) return image;
  const single = Math.fround(factor);
  const shift = Float32Array.from({ length: 511 }, (_, i) => single * (i - 255));
  return { ...image, data: pixelKernels().saturate(image.data, shift) };
}

/** Turns the hue by `factor` (-0.5 to 0.5 of the circle) through Pillow's 8-bit HSV. */
export function adjustHue(image: Image, factor: number): Image {
  const turn = Math.trunc(factor * 255) & 255;
  return { ...image, data: pixelKernels().turnHue(image.data, turn) };
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

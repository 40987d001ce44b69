// Brightness, contrast, saturation and hue of 8-bit RGB in Pillow's arithmetic.
import { blankImage, type Image } from "../../image/image.ts";
import { luma, type Pass } from "../../image/kernels/index.ts";
import { runPasses } from "../transform.ts";

/** `from + factor * (to - from)` as Pillow's `Image.blend` computes it: in float32, clamped, truncated. */
export function blend(from: number, to: number, factor: number): number {
  const mixed = Math.fround(from + Math.fround(factor * (to - from)));
  return mixed <= 0 ? 0 : mixed >= 255 ? 255 : Math.trunc(mixed);
}

/** Every channel through a table of 256 entries. */
export function lookUp(image: Image, table: Uint8Array): Image {
  return runPasses(image, [{ kind: "lookUp", table }]);
}

/** Factor 0 gives black, 1 the picture. */
export function brightness(factor: number): readonly Pass[] {
  return factor === 1 ? [] : [{ kind: "blend", from: 0, factor }];
}

/** Factor 0 gives uniform grey of the mean luma, 1 the picture. */
export function contrast(factor: number): readonly Pass[] {
  return factor === 1 ? [] : [{ kind: "blend", from: "mean luma", factor }];
}

/** Factor 0 gives grey, 1 the picture. */
export function saturation(factor: number): readonly Pass[] {
  return factor === 1 ? [] : [{ kind: "saturate", factor }];
}

/** Turns the hue by `factor` (-0.5 to 0.5 of the circle) through Pillow's 8-bit HSV. */
export function hue(factor: number): readonly Pass[] {
  return [{ kind: "turnHue", turn: Math.trunc(factor * 255) & 255 }];
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

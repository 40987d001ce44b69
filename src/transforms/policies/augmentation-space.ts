// The operations of the automatic augmentations, and the strengths each of them draws from.
import type { RandomStream } from "../../core/index.ts";
import type { Image, ImageSize } from "../../image/image.ts";
import { brightness, contrast, saturation } from "../pixels/color.ts";
import { adjustSharpness } from "../pixels/convolution.ts";
import { affine, degrees, type Fill, rotate, type WarpInterpolation } from "../pixels/geometry.ts";
import { roundHalfEven } from "../pixels/rounding.ts";
import { autoContrast, equalize, invert, posterize, solarize } from "../pixels/tone.ts";
import { runPasses } from "../transform.ts";

/** An operation, named as torchvision names it. */
export type Operation =
  | "Identity"
  | "ShearX"
  | "ShearY"
  | "TranslateX"
  | "TranslateY"
  | "Rotate"
  | "Brightness"
  | "Color"
  | "Contrast"
  | "Sharpness"
  | "Posterize"
  | "Solarize"
  | "AutoContrast"
  | "Equalize"
  | "Invert";

/** How strong an operation may be: `bins` strengths for a picture of this size, with either sign where `signed`. */
export interface Strengths {
  readonly signed: boolean;
  strength(bin: number, bins: number, width: number, height: number): number;
}

/** The operations to choose from; one without strengths has none. */
export type AugmentationSpace = ReadonlyMap<Operation, Strengths | undefined>;

const { fround } = Math;

/** `torch.linspace(from, to, bins)[bin]` in its float32: counted from the nearer end, rounded once. */
function linear(from: number, to: number, bin: number, bins: number): number {
  const [first, last] = [fround(from), fround(to)];
  if (bins === 1) return first;
  const step = fround(fround(last - first) / (bins - 1));
  return bin < Math.floor(bins / 2) ? fround(first + step * bin) : fround(last - step * (bins - 1 - bin));
}

/** Strengths from 0 to `most`, of either sign. */
export function signed(most: number | ((width: number, height: number) => number)): Strengths {
  return {
    signed: true,
    strength: (bin, bins, width, height) =>
      linear(0, typeof most === "number" ? most : most(width, height), bin, bins),
  };
}

/** Bits to keep: from `most` down to `most - range`. */
export function bits(most: number, range: number): Strengths {
  return {
    signed: false,
    strength: (bin, bins) => roundHalfEven(fround(most - fround(bin / fround((bins - 1) / range)))),
  };
}

/** Thresholds from white to black. */
export const threshold: Strengths = { signed: false, strength: (bin, bins) => linear(1, 0, bin, bins) };

/** The strengths of AutoAugment's and RandAugment's operations. */
export const USUAL_STRENGTHS: AugmentationSpace = new Map([
  ["Identity", undefined],
  ["ShearX", signed(0.3)],
  ["ShearY", signed(0.3)],
  ["TranslateX", signed((width) => (150 / 331) * width)],
  ["TranslateY", signed((_, height) => (150 / 331) * height)],
  ["Rotate", signed(30)],
  ["Brightness", signed(0.9)],
  ["Color", signed(0.9)],
  ["Contrast", signed(0.9)],
  ["Sharpness", signed(0.9)],
  ["Posterize", bits(8, 4)],
  ["Solarize", threshold],
  ["AutoContrast", undefined],
  ["Equalize", undefined],
]);

/** What is seen where an operation moves the picture away. */
export interface Outside {
  readonly interpolation: WarpInterpolation;
  readonly fill: Fill;
}

/** An operation that was drawn, with its signed magnitude. */
export interface DrawnOperation {
  readonly operation: Operation;
  readonly magnitude: number;
}

/** The operation at a strength, with a drawn sign where its strengths have one. */
export function drawSign(
  operation: Operation,
  strengths: Strengths | undefined,
  bin: number,
  bins: number,
  { width, height }: ImageSize,
  random: RandomStream,
): DrawnOperation {
  const magnitude = strengths?.strength(bin, bins, width, height) ?? 0;
  const negative = strengths?.signed === true && random.float() <= 0.5;
  return { operation, magnitude: negative ? -magnitude : magnitude };
}

/** One of the operations at one of the first `drawn` of `bins` strengths; those without a strength draw none. */
export function drawOperation(
  operations: readonly (readonly [Operation, Strengths | undefined])[],
  { bins, drawn = bins }: { readonly bins: number; readonly drawn?: number },
  size: ImageSize,
  random: RandomStream,
): DrawnOperation {
  const [operation, strengths] = operations[random.integer(operations.length)]!;
  const bin = strengths === undefined ? 0 : random.integer(drawn);
  return drawSign(operation, strengths, bin, bins, size, random);
}

/** The operations one after the other; none changes the size. */
export function applyOperations(image: Image, drawn: readonly DrawnOperation[], outside: Outside): Image {
  return drawn.reduce(
    (result, { operation, magnitude }) => applyOperation(result, operation, magnitude, outside),
    image,
  );
}

/** One operation at a signed magnitude, as torchvision's automatic augmentations define it. */
export function applyOperation(
  image: Image,
  operation: Operation,
  magnitude: number,
  outside: Outside,
): Image {
  const move = (change: Partial<Parameters<typeof affine>[1]>): Image =>
    affine(image, { angle: 0, translate: [0, 0], scale: 1, shear: [0, 0], ...outside, ...change });
  const shear = degrees(Math.atan(magnitude));
  switch (operation) {
    case "Identity":
      return image;
    case "ShearX":
      return move({ shear: [shear, 0], center: [0, 0] });
    case "ShearY":
      return move({ shear: [0, shear], center: [0, 0] });
    case "TranslateX":
      return move({ translate: [Math.trunc(magnitude), 0] });
    case "TranslateY":
      return move({ translate: [0, Math.trunc(magnitude)] });
    case "Rotate":
      return rotate(image, magnitude, { ...outside, expand: false });
    case "Brightness":
      return runPasses(image, brightness(1 + magnitude));
    case "Color":
      return runPasses(image, saturation(1 + magnitude));
    case "Contrast":
      return runPasses(image, contrast(1 + magnitude));
    case "Sharpness":
      return adjustSharpness(image, 1 + magnitude);
    case "Posterize":
      return posterize(image, magnitude);
    case "Solarize":
      return solarize(image, 255 * magnitude);
    case "AutoContrast":
      return autoContrast(image);
    case "Equalize":
      return equalize(image);
    case "Invert":
      return invert(image);
  }
}

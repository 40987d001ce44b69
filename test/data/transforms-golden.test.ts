// Transforms against Pillow and torchvision: every operation of the golden data.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/index.ts";
import { decodeImage } from "../../src/data/decode.ts";
import { type Image, isImage, type Pixels } from "../../src/data/image.ts";
import { CenterCrop } from "../../src/data/transforms/center-crop.ts";
import {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
} from "../../src/data/transforms/color.ts";
import { Compose } from "../../src/data/transforms/compose.ts";
import { Normalize } from "../../src/data/transforms/normalize.ts";
import type { SizeOption } from "../../src/data/transforms/options.ts";
import { flipHorizontally } from "../../src/data/transforms/random-horizontal-flip.ts";
import { Resize } from "../../src/data/transforms/resize.ts";
import { ToDtype } from "../../src/data/transforms/to-dtype.ts";
import type { Transform } from "../../src/data/transforms/transform.ts";
import {
  bytesOf,
  floatsOf,
  type GoldenArguments,
  golden,
  goldenFile,
  maxDifference,
} from "./transforms-golden.ts";

type Operation = (image: Image, args: GoldenArguments) => Pixels | Promise<Pixels>;

const unused = new RandomStream(0, "unused");
const through =
  (build: (args: GoldenArguments) => Transform): Operation =>
  (image, args) =>
    build(args).apply(image, unused);

const sizeOf = (size: readonly number[]): SizeOption =>
  size.length === 1 ? size[0]! : (size as readonly [number, number]);

const OPERATIONS: Readonly<Record<string, Operation>> = {
  resize: through(({ size, interpolation }) => new Resize({ size: sizeOf(size), interpolation })),
  center_crop: through(({ output_size }) => new CenterCrop({ size: output_size })),
  horizontal_flip: (image) => flipHorizontally(image),
  adjust_brightness: (image, args) => adjustBrightness(image, args.brightness_factor),
  adjust_contrast: (image, args) => adjustContrast(image, args.contrast_factor),
  adjust_saturation: (image, args) => adjustSaturation(image, args.saturation_factor),
  adjust_hue: (image, args) => adjustHue(image, args.hue_factor),
  to_dtype: through(({ scale }) => new ToDtype({ scale: scale === true })),
  normalize: through(
    ({ mean, std }) => new Compose({ transforms: [new ToDtype(), new Normalize({ mean, std })] }),
  ),
};

describe("operations on pictures equal Pillow's", () => {
  const cases = golden.ops.filter(({ op, pil }) => pil !== undefined && op in OPERATIONS);
  test.each(cases)("$image $op $args", async ({ image, op, args, pil }) => {
    const source = await decodeImage(readFileSync(goldenFile(image)), image);
    const result = await OPERATIONS[op]!(source, args);
    if (!isImage(result)) throw new Error(`${op} gave a tensor`);
    expect([result.height, result.width]).toEqual(pil!.shape.slice(0, 2));
    expect(maxDifference(result.data, bytesOf(pil!))).toBe(0);
  });
});

describe("operations that give tensors equal torchvision's", () => {
  const cases = golden.ops
    .map((entry) => ({ ...entry, expected: entry.tensor_f32 ?? entry.tensor_u8 }))
    .filter(({ op }) => op === "to_dtype" || op === "normalize");
  test.each(cases)("$op $args", async ({ image, op, args, expected }) => {
    const source = await decodeImage(readFileSync(goldenFile(image)), image);
    const result = await OPERATIONS[op]!(source, args);
    if (isImage(result)) throw new Error(`${op} gave a picture`);
    const [height, width] = expected!.shape;
    expect(result.shape).toEqual([3, height, width]);
    const wanted = floatsOf(expected!);
    const transposed = Float32Array.from(wanted, (_, i) => {
      const area = height! * width!;
      return wanted[(i % area) * 3 + Math.floor(i / area)]!;
    });
    expect(maxDifference(result.data, transposed)).toBe(0);
  });
});

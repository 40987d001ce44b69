// Transforms against Pillow and torchvision: every operation of the golden data.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fnv1a, hostTensor, RandomStream } from "../../src/core/index.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { type Image, isImage, type Pixels } from "../../src/image/image.ts";
import { oneHot } from "../../src/transforms/batches/batch-transform.ts";
import { cutBox, cutMix, shareOutside } from "../../src/transforms/batches/cut-mix.ts";
import { mixUp } from "../../src/transforms/batches/mix-up.ts";
import { bilinearDownscale } from "../../src/transforms/bilinear-downscale.ts";
import { CenterCrop } from "../../src/transforms/center-crop.ts";
import { Compose } from "../../src/transforms/compose.ts";
import { jpegRoundTrip } from "../../src/transforms/jpeg-compression.ts";
import { Normalize } from "../../src/transforms/normalize.ts";
import type { SizeOption } from "../../src/transforms/options.ts";
import { pixelate } from "../../src/transforms/pixelate.ts";
import { brightness, contrast, grayscale, hue, saturation } from "../../src/transforms/pixels/color.ts";
import { adjustSharpness, gaussianBlur } from "../../src/transforms/pixels/convolution.ts";
import { affine, perspective, rotate } from "../../src/transforms/pixels/geometry.ts";
import { cropFilled, type Padding, pad } from "../../src/transforms/pixels/padding.ts";
import { type Region, resize } from "../../src/transforms/pixels/resample.ts";
import {
  adjustGamma,
  autoContrast,
  equalize,
  invert,
  posterize,
  solarize,
} from "../../src/transforms/pixels/tone.ts";
import { erase } from "../../src/transforms/random-erasing.ts";
import { flipVertically } from "../../src/transforms/random-vertical-flip.ts";
import { Resize } from "../../src/transforms/resize.ts";
import { ToDtype } from "../../src/transforms/to-dtype.ts";
import { runPasses, type Transform } from "../../src/transforms/transform.ts";
import { zoomIn } from "../../src/transforms/zoom-in.ts";
import { zoomOut } from "../../src/transforms/zoom-out.ts";
import {
  bytesOf,
  floatsOf,
  type GoldenArguments,
  type GoldenMix,
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

const paddingOf = (padding: readonly number[]): Padding => {
  const [left, top = left, right = left, bottom = top] = padding as [number];
  return [left, top, right, bottom];
};

const OPERATIONS: Readonly<Record<string, Operation>> = {
  resize: through(({ size, interpolation }) => new Resize({ size: sizeOf(size), interpolation })),
  center_crop: through(({ output_size }) => new CenterCrop({ size: output_size })),
  horizontal_flip: (image) => runPasses(image, [{ kind: "mirror" }]),
  adjust_brightness: (image, args) => runPasses(image, brightness(args.brightness_factor)),
  adjust_contrast: (image, args) => runPasses(image, contrast(args.contrast_factor)),
  adjust_saturation: (image, args) => runPasses(image, saturation(args.saturation_factor)),
  adjust_hue: (image, args) => runPasses(image, hue(args.hue_factor)),
  vertical_flip: (image) => flipVertically(image),
  adjust_gamma: (image, { gamma, gain }) => adjustGamma(image, gamma, gain),
  adjust_sharpness: (image, args) => adjustSharpness(image, args.sharpness_factor),
  posterize: (image, { bits }) => posterize(image, bits),
  solarize: (image, { threshold }) => solarize(image, threshold),
  autocontrast: (image) => autoContrast(image),
  equalize: (image) => equalize(image),
  invert: (image) => invert(image),
  to_grayscale: (image) => grayscale(image),
  affine: (image, args) => affine(image, { ...args, scale: args.scale as number }),
  rotate: (image, { angle, interpolation = "nearest", expand = false, center, fill = 0 }) =>
    rotate(image, angle, { interpolation, expand, center, fill }),
  perspective: (image, { startpoints, endpoints, interpolation, fill }) =>
    perspective(image, startpoints, endpoints, interpolation, fill),
  gaussian_blur: (image, { kernel_size, sigma }) => gaussianBlur(image, kernel_size, sigma),
  crop: (image, region) => cropFilled(image, region),
  resized_crop: (image, { top, left, height, width, size, interpolation }) =>
    resize(cropFilled(image, { top, left, height, width }), size[1]!, size[0]!, interpolation),
  pad: (image, { padding, fill, padding_mode }) => pad(image, paddingOf(padding), fill, padding_mode),
  pixelate: (image, { scale }) => pixelate(image, scale as number),
  bilinear_downscale: (image, { scale }) => bilinearDownscale(image, scale as number),
  zoom_out: (image, { scale, offset, fill }) => zoomOut(image, scale as number, offset, fill),
  zoom_in: (image, { scale, offset }) => zoomIn(image, scale as number, offset),
  jpeg_roundtrip: (image, { quality }) => jpegRoundTrip(image, quality),
  to_dtype: through(({ scale }) => new ToDtype({ scale: scale === true })),
  erase: async (image, { i, j, h, w, value }) => {
    const tensor = new ToDtype({ scale: false }).apply(image);
    return erase(tensor, { top: i, left: j, height: h, width: w }, (channel) => value[channel]!);
  },
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
    .filter(({ op }) => ["to_dtype", "normalize", "erase"].includes(op));
  test.each(cases)("$op $args", async ({ image, op, args, expected }) => {
    const source = await decodeImage(readFileSync(goldenFile(image)), image);
    const result = await OPERATIONS[op]!(source, args);
    if (isImage(result)) throw new Error(`${op} gave a picture`);
    const [height, width] = expected!.shape;
    expect(result.shape).toEqual([3, height, width]);
    const wanted = expected!.dtype === "uint8" ? bytesOf(expected!) : floatsOf(expected!);
    const transposed = Float32Array.from(wanted, (_, i) => {
      const area = height! * width!;
      return wanted[(i % area) * 3 + Math.floor(i / area)]!;
    });
    expect(maxDifference(result.data, transposed)).toBe(0);
  });
});

describe("mixing batches equals torchvision's", () => {
  test.each(golden.mix)("$op $lam", (entry) => {
    const { images, labels, num_classes, lam } = entry;
    const data = fill(images.name, images.shape, images.lo, images.hi);
    const batch = {
      images: hostTensor("float32", images.shape, data),
      targets: oneHot(Int32Array.from(labels), num_classes),
    };
    const mixed = entry.op === "mixup" ? mixUp(batch, lam) : cutMix(batch, boxOf(entry));
    expect(maxDifference(mixed.images.data, floatsOf(entry.out_images))).toBe(0);
    expect(maxDifference(mixed.targets.data, entry.out_labels.flat().map(Math.fround))).toBe(0);
  });
});

function boxOf({ lam, images, center_xy, box_xyxy, lam_adjusted }: GoldenMix): Region {
  const [, , height, width] = images.shape as [number, number, number, number];
  const box = cutBox(width, height, lam, center_xy!);
  expect([box.left, box.top, box.left + box.width, box.top + box.height]).toEqual(box_xyxy);
  expect(shareOutside(box, width, height)).toBeCloseTo(lam_adjusted!, 12);
  return box;
}

/** The golden data's formula tensors. */
function fill(name: string, shape: readonly number[], low: number, high: number): Float32Array {
  const start = fnv1a(name);
  return Float32Array.from({ length: shape.reduce((size, dim) => size * dim, 1) }, (_, i) => {
    let x = (start + Math.imul(i, 0x9e3779b9)) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b) >>> 0;
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35) >>> 0;
    x = (x ^ (x >>> 16)) >>> 0;
    return low + ((high - low) * x) / 2 ** 32;
  });
}

test("every operation on pictures is checked", () => {
  const unchecked = golden.ops.filter(({ op, pil }) => pil !== undefined && !(op in OPERATIONS));
  expect(unchecked).toEqual([]);
});

import { describe, expect, test } from "vitest";
import { RandomStream } from "../core/index.ts";
import { type Image, isImage, type Pixels } from "../image/image.ts";
import { isDescribable, TRANSFORMS, transformFromDescription } from "./catalog.ts";
import { CenterCrop } from "./center-crop.ts";
import { Compose } from "./compose.ts";
import { Letterbox } from "./letterbox.ts";
import { Normalize } from "./normalize.ts";
import { Pad } from "./pad.ts";
import { resize } from "./pixels/resample.ts";
import { describePreprocessing } from "./preprocessing.ts";
import { defaultEvalTransforms, defaultTrainTransforms } from "./presets.ts";
import { RandomApply } from "./random-apply.ts";
import { RandomChoice } from "./random-choice.ts";
import { RandomCrop } from "./random-crop.ts";
import { RandomErasing } from "./random-erasing.ts";
import { RandomHorizontalFlip } from "./random-horizontal-flip.ts";
import { RandomVerticalFlip } from "./random-vertical-flip.ts";
import { Resize } from "./resize.ts";
import { ToDtype } from "./to-dtype.ts";
import type { Transform } from "./transform.ts";

const random = (position = 0): RandomStream => new RandomStream(5, "test", [0, position]);

function noise(width: number, height: number): Image {
  const stream = random(99);
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => stream.integer(256)) };
}

const flip = new RandomHorizontalFlip({ p: 1 });

/** Options that make every built-in transform do something. */
const EXAMPLES: Readonly<Record<string, object>> = {
  BilinearDownscale: { p: 1 },
  CenterCrop: { size: 10 },
  ColorJitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.2 },
  Compose: { transforms: [flip] },
  FiveCrop: { size: [9, 11] },
  GaussianBlur: { kernelSize: [5, 3] },
  GaussianNoise: { p: 1 },
  JPEGCompression: { p: 1 },
  Letterbox: { size: [30, 20] },
  Pad: { padding: [1, 2, 3, 4], paddingMode: "reflect" },
  Pixelate: { p: 1 },
  RandomAffine: { degrees: 20, translate: [0.1, 0.2], scale: [0.8, 1.2], shear: [-5, 5, -3, 3] },
  RandomApply: { transforms: [flip], p: 1 },
  RandomChoice: { transforms: [flip, new RandomVerticalFlip({ p: 1 })] },
  RandomCrop: { size: 12, padding: 2 },
  RandomErasing: { p: 1, value: "random" },
  RandomGrayscale: { p: 1 },
  RandomHorizontalFlip: { p: 1 },
  RandomOrder: { transforms: [flip, new CenterCrop({ size: 8 })] },
  RandomPerspective: { p: 1 },
  RandomResizedCrop: { size: 16 },
  RandomRotation: { degrees: [10, 40], interpolation: "bicubic" },
  RandomVerticalFlip: { p: 1 },
  Resize: { size: 15 },
  ZoomIn: { p: 1, scale: [0.5, 0.6] },
  ZoomOut: { p: 1, scale: [1.4, 1.5] },
};

function build(name: string): Transform {
  return new TRANSFORMS[name]!(EXAMPLES[name] as never);
}

function example(name: string): Pixels {
  const image = noise(24, 20);
  return ["Normalize", "RandomErasing"].includes(name) ? new ToDtype().apply(image) : image;
}

describe("every built-in transform", () => {
  test.each(Object.keys(TRANSFORMS))(
    "%s: same numbers, same result; the input stays; its description suffices",
    async (name) => {
      const transform = build(name);
      const input = example(name);
      const before = Array.from(input.data);
      const results = [];
      for (let i = 0; i < 8; i++) results.push(await transform.apply(input, random(i)));
      expect(Array.from(input.data)).toEqual(before);
      expect(results.some((result) => result !== input)).toBe(name !== "ToImage");

      expect(isDescribable(transform)).toBe(true);
      const copy = transformFromDescription(JSON.parse(JSON.stringify(transform.describe())));
      expect(copy.describe()).toEqual(transform.describe());
      for (let i = 0; i < 8; i++) expect(await copy.apply(input, random(i))).toEqual(results[i]);
    },
  );

  test.each(Object.keys(TRANSFORMS))("%s refuses unknown options", (name) => {
    expect(() => new TRANSFORMS[name]!({ ...EXAMPLES[name], unknown: 1 } as never)).toThrowError(
      expect.objectContaining({ code: "OPTIONS" }),
    );
  });
});

describe("mistakes are named", () => {
  const cases: [string, () => unknown, string, string][] = [
    ["a probability above 1", () => new RandomHorizontalFlip({ p: 2 }), "OPTIONS", "between 0 and 1"],
    ["a size of 0", () => new Resize({ size: 0 }), "OPTIONS", "Resize.size"],
    [
      "a reversed range",
      () => build("ZoomIn") && new TRANSFORMS.ZoomIn!({ scale: [1, 0.5] } as never),
      "OPTIONS",
      "low <= high",
    ],
    [
      "a picture where a tensor is due",
      () => new Normalize().apply(noise(2, 2), random()),
      "TRANSFORM_ORDER",
      "after ToDtype",
    ],
    [
      "a tensor where a picture is due",
      () => flip.apply(new ToDtype().apply(noise(2, 2)), random()),
      "TRANSFORM_ORDER",
      "before ToDtype",
    ],
    [
      "an unknown name",
      () => transformFromDescription({ name: "Resise", options: {} }),
      "TRANSFORM_UNKNOWN",
      `did you mean "Resize"?`,
    ],
    [
      "a crop that does not fit",
      () => new RandomCrop({ size: 50 }).apply(noise(20, 20), random()),
      "TRANSFORM_SIZES",
      "pad_if_needed",
    ],
  ];
  test.each(cases)("%s", (_, act, code, text) => {
    let error: { code: string; toLine(): string } | undefined;
    try {
      act();
    } catch (thrown) {
      error = thrown as typeof error;
    }
    expect(error?.code).toBe(code);
    expect(error?.toLine()).toContain(text);
  });
});

describe("sizes", () => {
  test.each([
    [500, 375, 341, 256],
    [375, 500, 256, 341],
    [101, 67, 385, 256],
    [33, 1000, 256, 7757],
    [256, 256, 256, 256],
  ])("Resize(256) of %dx%d is %dx%d", (width, height, newWidth, newHeight) => {
    const image = { width, height, data: new Uint8Array(width * height * 3) };
    const result = new Resize({ size: 256 }).apply(image, random()) as Image;
    expect([result.width, result.height]).toEqual([newWidth, newHeight]);
  });

  test("Resize keeps the longer side below maxSize", () => {
    const result = new Resize({ size: 100, maxSize: 150 }).apply(noise(100, 30), random()) as Image;
    expect([result.width, result.height]).toEqual([150, 45]);
  });

  test.each([
    [257, 16],
    [255, 16],
  ])("CenterCrop(224) of %d begins at %d: halves go to the even number", (side, offset) => {
    const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => Math.floor(i / 3) % side);
    const result = new CenterCrop({ size: 224 }).apply(
      { width: side, height: side, data },
      random(),
    ) as Image;
    expect(result.data[0]).toBe(offset);
  });

  test("Letterbox cuts nothing off", () => {
    const white = { width: 40, height: 10, data: new Uint8Array(1200).fill(255) };
    const result = new Letterbox({ size: 20, fill: 0 }).apply(white, random()) as Image;
    expect([result.width, result.height]).toEqual([20, 20]);
    expect(result.data.filter((value) => value === 255)).toHaveLength(20 * 5 * 3);
  });

  test("nothing outside a crop bleeds into it", () => {
    const data = new Uint8Array(30 * 30 * 3).fill(255);
    for (let y = 10; y < 20; y++) data.fill(0, (y * 30 + 10) * 3, (y * 30 + 20) * 3);
    const region = { left: 10, top: 10, width: 10, height: 10 };
    expect(Math.max(...resize({ width: 30, height: 30, data }, 25, 7, "bicubic", region).data)).toBe(0);
  });

  test("one pixel can be resized to anything and back", () => {
    const pixel = { width: 1, height: 1, data: Uint8Array.of(10, 20, 30) };
    const large = resize(pixel, 7, 5);
    expect([...large.data.subarray(0, 3)]).toEqual([10, 20, 30]);
    expect([...resize(large, 1, 1).data]).toEqual([10, 20, 30]);
  });
});

describe("groups", () => {
  test("ToDtype and Normalize give the same bits alone as together", () => {
    const image = noise(9, 7);
    const [toDtype, normalize] = [new ToDtype(), new Normalize()];
    const together = new Compose({ transforms: [toDtype, normalize] }).apply(image, random());
    expect(together).toEqual(normalize.apply(toDtype.apply(image), random()));
  });

  test("RandomApply applies all or none", () => {
    const image = noise(6, 6);
    const group = new RandomApply({ transforms: [new Pad({ padding: 1 }), new Pad({ padding: 2 })], p: 0.3 });
    const widths = Array.from({ length: 2000 }, (_, i) => (group.apply(image, random(i)) as Image).width);
    expect(new Set(widths)).toEqual(new Set([6, 12]));
    expect(Math.abs(widths.filter((width) => width === 12).length / 2000 - 0.3)).toBeLessThan(0.04);
  });

  test("RandomChoice follows its weights", () => {
    const image = noise(6, 6);
    const transforms = [1, 2, 3].map((padding) => new Pad({ padding }));
    const choice = new RandomChoice({ transforms, p: [1, 0, 3] });
    const widths = Array.from({ length: 2000 }, (_, i) => (choice.apply(image, random(i)) as Image).width);
    expect(new Set(widths)).toEqual(new Set([8, 12]));
    expect(Math.abs(widths.filter((width) => width === 12).length / 2000 - 0.75)).toBeLessThan(0.04);
  });

  test("RandomErasing erases about its share, with its value", () => {
    const tensor = new ToDtype().apply({
      width: 64,
      height: 64,
      data: new Uint8Array(64 * 64 * 3).fill(255),
    });
    const erasing = new RandomErasing({ p: 0.25, value: [-1, -2, -3] });
    const results = Array.from({ length: 400 }, (_, i) => erasing.apply(tensor, random(i)));
    const erased = results.filter((result) => result !== tensor);
    expect(Math.abs(erased.length / 400 - 0.25)).toBeLessThan(0.09);
    for (const { data } of erased) {
      const counts = [-1, -2, -3].map((value) => data.filter((entry) => entry === value).length);
      expect(new Set(counts).size).toBe(1);
      expect(counts[0]! / 4096).toBeGreaterThan(0.015);
      expect(counts[0]! / 4096).toBeLessThan(0.35);
    }
  });
});

test("preprocessing is described so that it can be rebuilt", async () => {
  const pipeline = defaultEvalTransforms(224);
  const described = describePreprocessing(pipeline);
  expect(described).toMatchObject({
    imageSize: [224, 224],
    resize: 256,
    crop: [224, 224],
    interpolation: "bilinear",
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  });
  const steps = JSON.parse(JSON.stringify(described.transforms)) as typeof described.transforms;
  const rebuilt = new Compose({ transforms: steps.map(transformFromDescription) });
  const image = noise(300, 260);
  expect(await rebuilt.apply(image, random())).toEqual(await pipeline.apply(image, random()));
  const trained = await defaultTrainTransforms(32).apply(image, random());
  expect(isImage(trained) ? undefined : trained.shape).toEqual([3, 32, 32]);
});

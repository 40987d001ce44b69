// Where details decide whether pictures and options are torchvision's: bits of angles and strengths, and forms of options.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { readGolden } from "../../test/golden/read-golden.ts";
import { RandomStream } from "../core/index.ts";
import type { Image } from "../image/image.ts";
import { transformFromDescription } from "./catalog.ts";
import { ColorJitter } from "./color-jitter.ts";
import { type RotateOptions, rotate } from "./pixels/geometry.ts";
import { crop, type Interpolation, resize } from "./pixels/resample.ts";
import { signed, threshold } from "./policies/augmentation-space.ts";
import { RandomCrop } from "./random-crop.ts";
import type { JsonValue } from "./transform.ts";

const random = (position = 0): RandomStream => new RandomStream(6, "torchvision", [0, position]);

function noise(width: number, height: number): Image {
  const stream = random(99);
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => stream.integer(256)) };
}

interface Linspace {
  readonly from: number;
  readonly to: number;
  readonly bins: number;
  readonly values: readonly number[];
}
const { linspace } = readGolden<{ readonly linspace: readonly Linspace[] }>("./transforms/linspace.json");

test.each(linspace)("strengths from $from to $to in $bins steps are torch.linspace's", (one) => {
  const { from, to, bins, values } = one;
  const { strength } = from > to ? threshold : signed(to);
  expect(values.map((_, bin) => strength(bin, bins, 331, 331))).toEqual(values);
});

interface Rotation extends Omit<RotateOptions, "center"> {
  readonly angle: number;
  readonly center?: readonly [number, number];
  readonly width: number;
  readonly height: number;
  readonly sha256: string;
}

test.each(readGolden<readonly Rotation[]>("./transforms/rotations.json"))("rotated by $angle", (one) => {
  const data = Uint8Array.from({ length: 29 * 119 * 3 }, (_, i) => (i * i * 31 + i * 7) % 251);
  const { width, height, data: pixels } = rotate({ width: 29, height: 119, data }, one.angle, one);
  expect([width, height]).toEqual([one.width, one.height]);
  expect(createHash("sha256").update(pixels).digest("hex")).toBe(one.sha256);
});

test.each<Interpolation>(["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"])(
  "%s of a region is that of the crop",
  (interpolation) => {
    const [image, stream] = [noise(64, 53), random(1)];
    for (let i = 0; i < 200; i++) {
      const [left, top] = [stream.integer(40), stream.integer(40)];
      const region = {
        left,
        top,
        width: 1 + stream.integer(64 - left),
        height: 1 + stream.integer(53 - top),
      };
      const [width, height] = [1 + stream.integer(90), 1 + stream.integer(90)];
      expect(resize(image, width, height, interpolation, region)).toEqual(
        resize(crop(image, region), width, height, interpolation),
      );
    }
  },
);

test("a jitter whose ranges hold only what changes nothing leaves the picture alone", async () => {
  const image = noise(9, 7);
  const jitter = new ColorJitter({ hue: [0, 0], brightness: [1, 1], contrast: [1, 1], saturation: [1, 1] });
  expect(await jitter.apply(image, random())).toEqual(image);
});

test("RandomCrop pads once: what it mirrors is the picture, not its border", () => {
  const image = { width: 5, height: 1, data: Uint8Array.from([0, 1, 2, 3, 4].flatMap((v) => [v, v, v])) };
  const options = { size: [1, 9], padding: [1, 0], padIfNeeded: true, paddingMode: "reflect" } as const;
  const seen = new Set<string>();
  for (let i = 0; i < 40; i++) {
    const { data } = new RandomCrop(options).apply(image, random(i)) as Image;
    seen.add([...data].filter((_, at) => at % 3 === 0).join(""));
  }
  expect([...seen].sort()).toEqual(["101234321", "210123432", "321012343"]);
});

describe("options in torchvision's forms", () => {
  const described = (name: string, options: Readonly<Record<string, JsonValue>>): unknown =>
    transformFromDescription({ name, options }).describe();
  const same: [string, Record<string, JsonValue>, string, Record<string, JsonValue>][] = [
    ["Resize", { size: [256] }, "Resize", { size: 256 }],
    ["Resize", { size: 9, interpolation: "NEAREST" }, "Resize", { size: 9, interpolation: "nearest" }],
    ["Resize", { size: 9, interpolation: "nearest-exact" }, "Resize", { size: 9, interpolation: "nearest" }],
    ["Resize", { size: 9, interpolation: 3 }, "Resize", { size: 9, interpolation: "bicubic" }],
    ["RandomCrop", { size: [224], fill: null }, "RandomCrop", { size: 224, fill: 0 }],
    ["RandAugment", { fill: null, interpolation: 2 }, "RandAugment", { fill: 0, interpolation: "bilinear" }],
    ["Pad", { padding: [3] }, "Pad", { padding: 3 }],
    ["RandomErasing", { value: [0] }, "RandomErasing", { value: 0 }],
    ["ToTensor", {}, "ToDtype", {}],
    ["ToDtype", { dtype: "torch.float32" }, "ToDtype", { dtype: "float32" }],
  ];
  test.each(same)("%s %j", (name, options, plainName, plain) => {
    expect(described(name, options)).toEqual(described(plainName, plain));
  });

  test.each([
    ["Resize", { size: 8, antialias: true }],
    ["RandomResizedCrop", { size: 8, antialias: null }],
    ["Normalize", { inplace: true }],
    ["RandomErasing", { inplace: false }],
    ["ToImage", {}],
  ])("%s %j is accepted", (name, options) => {
    expect(() => transformFromDescription({ name, options })).not.toThrow();
  });

  test.each([
    ["Resize", { size: 8, antialias: false }, "pictures are always antialiased: leave it out"],
    ["Resize", { size: null }, "without a size there must be a limit of the longer side"],
    ["Resize", { size: [8, 9], maxSize: 20 }, "the longer side's limit is greater than size"],
    ["Resize", { size: "large" }, "expected number or tuple, received string"],
    ["CenterCrop", {}, "is missing"],
    ["ToTensor", { scale: true }, "Unrecognized key"],
  ])("%s %j is refused", (name, options, message) => {
    expect(() => transformFromDescription({ name, options })).toThrow(message);
  });

  test.each([
    [400, 300, 100],
    [300, 400, 100],
    [33, 500, 77],
  ])("a picture of %dx%d whose longer side is to be %d", async (width, height, maxSize) => {
    const transform = transformFromDescription({ name: "Resize", options: { size: null, maxSize } });
    const small = (await transform.apply(noise(width, height), random())) as Image;
    const shorter = Math.trunc((maxSize * Math.min(width, height)) / Math.max(width, height));
    expect([small.width, small.height]).toEqual(width < height ? [shorter, maxSize] : [maxSize, shorter]);
  });
});

// The draws of transforms whose distributions torchvision's documentation fixes: uniform, categorical or with probability p.
import { describe, expect, test } from "vitest";
import { RandomStream } from "../core/index.ts";
import type { Image } from "../image/image.ts";
import { drawSigma } from "./gaussian-blur.ts";
import { RandomGrayscale } from "./grayscale.ts";
import { Pad } from "./pad.ts";
import { AugMix, drawAugMix } from "./policies/aug-mix.ts";
import { drawAutoAugment } from "./policies/auto-augment.ts";
import { drawRandAugment, RandAugment } from "./policies/rand-augment.ts";
import { drawTrivialAugment, TrivialAugmentWide } from "./policies/trivial-augment-wide.ts";
import { RandomApply } from "./random-apply.ts";
import { RandomChoice } from "./random-choice.ts";
import { RandomCrop } from "./random-crop.ts";
import { RandomHorizontalFlip } from "./random-horizontal-flip.ts";
import { RandomOrder } from "./random-order.ts";
import { drawAngle } from "./random-rotation.ts";
import { RandomVerticalFlip } from "./random-vertical-flip.ts";
import type { Transform } from "./transform.ts";

const DRAWS = 10_000;
const SIZE = { width: 100, height: 60 };

function draws<T>(draw: (random: RandomStream) => T): T[] {
  return Array.from({ length: DRAWS }, (_, i) => draw(new RandomStream(1, "draws", [0, i])));
}

/** Pearson's test at 99 %: `weights` has the shares of all outcomes, and no other may come. */
function expectCategories(outcomes: readonly string[], weights: Readonly<Record<string, number>>): void {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  expect([...counts.keys()].filter((outcome) => !(outcome in weights))).toEqual([]);
  const shares = Object.entries(weights);
  const total = shares.reduce((sum, [, weight]) => sum + weight, 0);
  const distance = shares.reduce((sum, [outcome, weight]) => {
    const expected = (weight / total) * outcomes.length;
    return sum + ((counts.get(outcome) ?? 0) - expected) ** 2 / expected;
  }, 0);
  expect(distance).toBeLessThanOrEqual(chiSquareBound(shares.length - 1));
}

/** The 99 % quantile by Wilson and Hilferty (1931); at most a hundredth below the exact one. */
function chiSquareBound(freedom: number): number {
  const part = 2 / (9 * freedom);
  return freedom * (1 - part + 2.3263 * Math.sqrt(part)) ** 3;
}

/** Kolmogorov and Smirnov's test at 99 %. */
function expectContinuous(values: readonly number[], cumulative: (value: number) => number): void {
  const n = values.length;
  const distance = values
    .toSorted((a, b) => a - b)
    .reduce((most, value, i) => {
      const p = cumulative(value);
      return Math.max(most, p - i / n, (i + 1) / n - p);
    }, 0);
  expect(distance).toBeLessThanOrEqual(1.628 / Math.sqrt(n));
}

const evenly = (outcomes: readonly (string | number)[]): Record<string, number> =>
  Object.fromEntries(outcomes.map((outcome) => [outcome, 1]));

/** Every pixel tells where it is. */
const map: Image = {
  width: 6,
  height: 5,
  data: Uint8Array.from({ length: 6 * 5 * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return [pixel % 6, Math.floor(pixel / 6), 200][i % 3]!;
  }),
};

/** What comes of each draw, as text. */
async function results(transform: Transform, tell: (image: Image) => string): Promise<string[]> {
  return Promise.all(draws(async (random) => tell((await transform.apply(map, random)) as Image)));
}

test("RandomCrop begins at every place", async () => {
  const corners = await results(new RandomCrop({ size: [3, 2] }), ({ data }) => `${data[0]} ${data[1]}`);
  expectCategories(corners, evenly([0, 1, 2, 3, 4].flatMap((x) => [0, 1, 2].map((y) => `${x} ${y}`))));
});

test.each([
  ["RandomRotation", -30, 30, (random: RandomStream) => drawAngle(30, random)],
  ["RandomRotation of a range", 10, 80, (random: RandomStream) => drawAngle([10, 80], random)],
  ["GaussianBlur", 0.1, 2, (random: RandomStream) => drawSigma([0.1, 2], random)],
])("%s", (_, low, high, draw) => {
  expectContinuous(draws(draw), (value) => (value - low) / (high - low));
});

describe("with a probability", () => {
  const pads = (size: number): Transform => new Pad({ padding: size });
  test.each([
    ["RandomHorizontalFlip", 0.5, new RandomHorizontalFlip()],
    ["RandomHorizontalFlip", 0.3, new RandomHorizontalFlip({ p: 0.3 })],
    ["RandomVerticalFlip", 0.5, new RandomVerticalFlip()],
    ["RandomVerticalFlip", 0.8, new RandomVerticalFlip({ p: 0.8 })],
    ["RandomGrayscale", 0.1, new RandomGrayscale()],
    ["RandomApply", 0.5, new RandomApply({ transforms: [pads(1)] })],
    ["RandomApply", 0.2, new RandomApply({ transforms: [pads(1)], p: 0.2 })],
  ])("%s, %d", async (_, p, transform) => {
    const changed = await results(transform, ({ data }) => String(data.some((v, i) => v !== map.data[i])));
    expectCategories(changed, { true: p, false: 1 - p });
  });

  test("RandomChoice, evenly and by weights", async () => {
    const transforms = [pads(0), pads(1), pads(2)];
    const widths = (p: readonly number[] | null): Promise<string[]> =>
      results(new RandomChoice({ transforms, p }), ({ width }) => String(width));
    expectCategories(await widths(null), evenly([6, 8, 10]));
    expectCategories(await widths([1, 5, 2]), { 6: 1, 8: 5, 10: 2 });
  });
});

test("RandomOrder takes every order", async () => {
  const orders: string[] = [];
  for (const random of draws((stream) => stream)) {
    let order = "";
    const step = (name: string): Transform => ({
      apply: (image) => {
        order += name;
        return image;
      },
      describe: () => ({ name, options: {} }),
    });
    await new RandomOrder({ transforms: [step("a"), step("b"), step("c")] }).apply(map, random);
    orders.push(order);
  }
  expectCategories(orders, evenly(["abc", "acb", "bac", "bca", "cab", "cba"]));
});

/** Operations with a signed strength come with either sign, the others as they are. */
const SIGNED = "ShearX ShearY TranslateX TranslateY Rotate Brightness Color Contrast Sharpness".split(" ");
const UNSIGNED = "Posterize Solarize AutoContrast Equalize".split(" ");
const signs = (unsigned: readonly string[]): Record<string, number> => ({
  ...Object.fromEntries(SIGNED.flatMap((name) => [`${name} +`, `${name} -`]).map((name) => [name, 1])),
  ...Object.fromEntries(unsigned.map((name) => [name, 2])),
});
const signOf = ({ operation, magnitude }: { operation: string; magnitude: number }): string => {
  if (!SIGNED.includes(operation)) return operation;
  return `${operation} ${Object.is(magnitude, -0) || magnitude < 0 ? "-" : "+"}`;
};

test("RandAugment: operations evenly, signs by halves, one strength", () => {
  const { options } = new RandAugment();
  const drawn = draws((random) => drawRandAugment(options, SIZE, random));
  expect(drawn.every(({ length }) => length === 2)).toBe(true);
  for (const place of [0, 1]) {
    expectCategories(
      drawn.map((operations) => signOf(operations[place]!)),
      signs(["Identity", ...UNSIGNED]),
    );
  }
  const rotations = drawn.flat().filter(({ operation }) => operation === "Rotate");
  for (const { magnitude } of rotations) expect(Math.abs(magnitude)).toBeCloseTo(9, 12);
});

test("TrivialAugmentWide: operations evenly, signs by halves, strengths evenly", () => {
  const { options } = new TrivialAugmentWide();
  const drawn = draws((random) => drawTrivialAugment(options, SIZE, random));
  expectCategories(drawn.map(signOf), signs(["Identity", ...UNSIGNED]));
  const rotations = drawn.filter(({ operation }) => operation === "Rotate");
  expectCategories(
    rotations.map(({ magnitude }) => String(Math.round(Math.abs(magnitude) / 4.5))),
    evenly([...Array(31).keys()]),
  );
});

test("AutoAugment: the policies evenly, each step with its probability", () => {
  const drawn = draws((random) => drawAutoAugment(SIZE, random));
  // Two of the 25 pairs hold Contrast: both are Color with 0.6, then Contrast always.
  const contrast = drawn.map((operations) => operations.some(({ operation }) => operation === "Contrast"));
  expectCategories(contrast.map(String), { true: 2, false: 23 });
  const colour = drawn.filter(({ length }, i) => contrast[i]! && length === 2).length;
  const pairs = contrast.filter(Boolean).length;
  expectCategories(
    [...Array(pairs).keys()].map((i) => String(i < colour)),
    { true: 0.6, false: 0.4 },
  );
  // ShearX stands in one pair, with 0.6.
  const shear = drawn.flat().filter(({ operation }) => operation === "ShearX");
  expectCategories(
    [...Array(DRAWS).keys()].map((i) => String(i < shear.length)),
    { true: 0.6, false: 24.4 },
  );
  const rotations = drawn.flat().filter(({ operation }) => operation === "Rotate");
  expectCategories(rotations.map(signOf), { "Rotate +": 1, "Rotate -": 1 });
});

test("AugMix: weights, depths, operations and strengths", () => {
  const { options } = new AugMix();
  const drawn = draws((random) => drawAugMix(options, SIZE, random));
  // Dirichlet with parameters 1: two parts are uniform, one of three is beta (1, 2).
  expectContinuous(
    drawn.map(({ original }) => original),
    (value) => value,
  );
  expectContinuous(
    drawn.map(({ versions }) => versions[2]!.weight),
    (value) => 1 - (1 - value) ** 2,
  );
  const chains = drawn.map(({ versions }) => versions[1]!.operations);
  expectCategories(
    chains.map(({ length }) => String(length)),
    evenly([1, 2, 3]),
  );
  expectCategories(chains.flat().map(signOf), signs(UNSIGNED));
  const rotations = chains.flat().filter(({ operation }) => operation === "Rotate");
  expectCategories(
    rotations.map(({ magnitude }) => String(Math.round((Math.abs(magnitude) * 9) / 30))),
    evenly([0, 1, 2]),
  );
});

// The distributions of drawn parameters against torchvision's, 10,000 draws on either side.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../core/index.ts";
import { ColorJitter, drawJitter } from "./color-jitter.ts";
import { symmetricBeta } from "./pixels/distributions.ts";
import { drawAffine } from "./random-affine.ts";
import { drawErased } from "./random-erasing.ts";
import { drawCorners } from "./random-perspective.ts";
import { drawRegion } from "./random-resized-crop.ts";

interface Statistics {
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
  readonly q05: number;
  readonly q25: number;
  readonly q50: number;
  readonly q75: number;
  readonly q95: number;
}

interface GoldenCase {
  readonly kind: string;
  readonly draws: number;
  readonly image: readonly [number, number];
  readonly scale: readonly [number, number];
  readonly ratio: readonly [number, number];
  readonly degrees: readonly [number, number];
  readonly translate: readonly [number, number];
  readonly scale_range: readonly [number, number];
  readonly shear: readonly [number, number];
  readonly distortion_scale: number;
  readonly alpha: number;
  readonly args: readonly [number, number, number, number];
  readonly x: readonly Statistics[];
  readonly y: readonly Statistics[];
  readonly [name: string]: unknown;
}

const file = new URL("../../test/golden/transforms/sampling.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: GoldenCase[] };

/** Deviations that 99 % lie within, of both sides' sampling error. */
const WIDTH = 2.576;

function expectDistribution(values: readonly number[], expected: Statistics): void {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const error = Math.sqrt(2 / n);
  expect(Math.abs(mean - expected.mean)).toBeLessThanOrEqual(WIDTH * expected.std * error + 1e-9);
  for (const [name, p] of [
    ["q05", 0.05],
    ["q25", 0.25],
    ["q50", 0.5],
    ["q75", 0.75],
    ["q95", 0.95],
  ] as const) {
    const slack = WIDTH * Math.sqrt(p * (1 - p)) * error;
    const margin = Math.abs(expected[name]) * 1e-6;
    expect(values.filter((value) => value < expected[name] - margin).length / n).toBeLessThanOrEqual(
      p + slack,
    );
    expect(values.filter((value) => value <= expected[name] + margin).length / n).toBeGreaterThanOrEqual(
      p - slack,
    );
  }
}

type Draw = (golden: GoldenCase, random: RandomStream) => Readonly<Record<string, number>>;

const DRAWS: Readonly<Record<string, Draw>> = {
  RandomResizedCrop: ({ image: [width, height], scale, ratio }, random) => {
    const region = drawRegion(width, height, scale, ratio, random);
    const aspect = region.width / region.height;
    const area_ratio = (region.width * region.height) / (width * height);
    return { ...region, area_ratio, aspect_w_over_h: aspect, log_aspect: Math.log(aspect) };
  },
  ColorJitter: ({ args: [brightness, contrast, saturation, hue] }, random) => {
    const { factors } = drawJitter(
      new ColorJitter({ brightness, contrast, saturation, hue }).options,
      random,
    );
    return {
      brightness_factor: factors[0]!,
      contrast_factor: factors[1]!,
      saturation_factor: factors[2]!,
      hue_factor: factors[3]!,
    };
  },
  RandomAffine: ({ image, degrees, translate, scale_range, shear }, random) => {
    const drawn = drawAffine({ degrees, translate, scale: scale_range, shear }, ...image, random);
    const [tx, ty] = drawn.translate;
    expect([tx, ty].every(Number.isInteger)).toBe(true);
    return {
      angle: drawn.angle,
      tx,
      ty,
      scale: drawn.scale,
      shear_x: drawn.shear[0],
      shear_y: drawn.shear[1],
    };
  },
  RandomErasing: ({ image: [width, height], scale, ratio }, random) => {
    const region = drawErased(width, height, scale, ratio, random)!;
    const area_ratio = (region.width * region.height) / (width * height);
    return { top: region.top, left: region.left, area_ratio, aspect_h_over_w: region.height / region.width };
  },
  "MixUp lambda": ({ alpha }, random) => ({ lam: symmetricBeta(alpha, random) }),
  "CutMix lambda": ({ alpha }, random) => ({ lam: symmetricBeta(alpha, random) }),
};

describe("parameters are drawn as torchvision draws them", () => {
  test.each(cases.filter(({ kind }) => kind in DRAWS))("$kind $image $args $alpha", (golden) => {
    const draw = DRAWS[golden.kind]!;
    const drawn = Array.from({ length: golden.draws }, (_, i) =>
      draw(golden, new RandomStream(1, golden.kind, [0, i])),
    );
    for (const name of Object.keys(drawn[0]!)) {
      const expected = golden[name] as Statistics | undefined;
      if (expected !== undefined)
        expectDistribution(
          drawn.map((values) => values[name]!),
          expected,
        );
    }
  });

  test("RandomPerspective", () => {
    const golden = cases.find(({ kind }) => kind === "RandomPerspective")!;
    const [width, height] = golden.image;
    const drawn = Array.from({ length: golden.draws }, (_, i) =>
      drawCorners(width, height, golden.distortion_scale, new RandomStream(2, "corners", [0, i])),
    );
    for (let corner = 0; corner < 4; corner++) {
      expectDistribution(
        drawn.map((corners) => corners[corner]![0]),
        golden.x[corner]!,
      );
      expectDistribution(
        drawn.map((corners) => corners[corner]![1]),
        golden.y[corner]!,
      );
    }
  });

  test("ColorJitter applies its four steps in every order", () => {
    const { options } = new ColorJitter({ brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.1 });
    const counts = new Map<string, number>();
    for (let i = 0; i < 10_000; i++) {
      const order = drawJitter(options, new RandomStream(3, "order", [0, i])).order.join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    for (const count of counts.values()) expect(Math.abs(count - 10_000 / 24)).toBeLessThan(90);
  });
});

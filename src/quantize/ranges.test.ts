import { describe, expect, test } from "vitest";
import { float32, RandomStream } from "../core/index.ts";
import { Histogram } from "./histogram.ts";
import { levelsOf, quantizeWeights } from "./parameters.ts";
import { entropyLimit, RANGES } from "./ranges.ts";

describe("a histogram", () => {
  test("counts every value once, however its width grows", () => {
    const histogram = new Histogram();
    histogram.add(Float32Array.of(0.001, -0.002));
    histogram.add(Float32Array.of(5, -3, 0, 0));
    histogram.add(new Float32Array(3).fill(100));
    expect([histogram.minimum, histogram.maximum]).toEqual([-3, 100]);
    expect(histogram.counts.reduce((a, b) => a + b)).toBe(9);
    expect(histogram.magnitudes().reduce((a, b) => a + b)).toBe(9);
    expect(histogram.quantile(0.5)).toBeCloseTo(0.06, 1);
    expect(histogram.quantile(1)).toBe(100);
  });
});

/** ReLU of a normal distribution, with a few values far out. */
function activations(): Histogram {
  const random = new RandomStream(1, "activations");
  const values = Float32Array.from({ length: 200_000 }, () => Math.max(0, random.normal()));
  values.set([40, 41, 39.5]);
  const histogram = new Histogram();
  histogram.add(values);
  return histogram;
}

describe("the range", () => {
  const histogram = activations();

  test("minmax: all of it", () => {
    expect(RANGES.minmax(histogram)).toEqual([0, 41]);
  });

  test("percentile: without the ten-thousandth on each side", () => {
    const [low, high] = RANGES.percentile(histogram);
    expect(low).toBe(0);
    expect(high).toBeGreaterThan(3.5);
    expect(high).toBeLessThan(4.1);
  });

  test("entropy: without what is far out, with what is not", () => {
    const [low, high] = RANGES.entropy(histogram);
    expect(low).toBe(0);
    expect(high).toBeGreaterThan(2);
    expect(high).toBeLessThan(12);
  });

  test("entropy keeps a distribution that is even", () => {
    expect(entropyLimit(new Float64Array(1024).fill(10), 128)).toBe(1024);
  });

  test("of values of both signs has both ends", () => {
    const both = new Histogram();
    both.add(Float32Array.from({ length: 1001 }, (_, i) => (i - 500) / 100));
    expect(RANGES.minmax(both)).toEqual([-5, 5]);
    for (const [low, high] of [RANGES.percentile(both), RANGES.entropy(both)]) {
      expect(low).toBeLessThan(-3);
      expect(high).toBeGreaterThan(3);
    }
  });
});

describe("levels", () => {
  test("have 0 among them, and cover the range", () => {
    for (const range of [
      [-1, 3],
      [0, 6],
      [2, 5],
      [-7, -2],
      [0, 0],
    ] as const) {
      const { scale, zeroPoint } = levelsOf(range)!;
      expect(Number.isInteger(zeroPoint) && zeroPoint >= 0 && zeroPoint <= 255).toBe(true);
      expect(-zeroPoint * scale).toBeLessThanOrEqual(Math.min(0, range[0]) + scale / 2 + 1e-9);
      expect((255 - zeroPoint) * scale).toBeGreaterThanOrEqual(Math.max(0, range[1]) - scale / 2 - 1e-9);
    }
  });

  test("have -3 among them where it must be", () => {
    const { scale, zeroPoint } = levelsOf([-1, 5], -3)!;
    const steps = 3 / scale;
    expect(steps).toBeCloseTo(Math.round(steps), 4);
    expect(zeroPoint).toBeGreaterThanOrEqual(Math.round(steps));
    expect(levelsOf([0, 2000], -3)).toBeUndefined();
  });
});

test("weights have a scale for each output channel, biases that of the product", () => {
  const weight = float32([2, 2, 1, 1], [1, -0.25, 0.012, 0.02]);
  const { weight: levels, scale, bias } = quantizeWeights(weight, float32([2], [0.3, -2]), 0, 0.1, 127);
  expect([...levels.data]).toEqual([127, -32, 76, 127]);
  expect(scale.data[0]).toBeCloseTo(1 / 127, 8);
  expect(scale.data[1]).toBeCloseTo(0.02 / 127, 8);
  expect(bias!.tensor.data[0]! * bias!.scale.data[0]!).toBeCloseTo(0.3, 3);
  expect(bias!.tensor.data[1]! * bias!.scale.data[1]!).toBeCloseTo(-2, 3);
  const columns = quantizeWeights(float32([2, 3], [1, 2, 3, -4, 5, -6]), undefined, 1, 1, 64);
  expect([...columns.weight.data]).toEqual([16, 26, 32, -64, 64, -64]);
});

test("a channel without weights keeps its bias", () => {
  const { bias } = quantizeWeights(float32([1, 1, 1, 1], [0]), float32([1], [7]), 0, 0.5, 127);
  expect(bias!.tensor.data[0]! * bias!.scale.data[0]!).toBeCloseTo(7, 5);
});

import { describe, expect, test } from "vitest";
import { fill } from "../../../test/golden/formula.ts";
import { runLayer } from "../../../test/support/run-layer.ts";
import { fillBernoulli, hostTensor } from "../../core/index.ts";
import { Dropout, StochasticDepth } from "./dropout.ts";

const KEY = [7, -8, 9, 10];
const key = hostTensor("int32", [4], Int32Array.from(KEY));
const x = fill("x", [6, 5, 4], 1, 2);

/** Ones with `probability` at the first place of a network. */
function drawn(count: number, probability: number): number[] {
  const ones = new Float64Array(count);
  fillBernoulli(ones, KEY, 0, probability);
  return [...ones];
}

describe("Dropout", () => {
  test("keeps elements with the probability that is left, and divides by it", async () => {
    const { y, gradients } = await runLayer(new Dropout(0.2), x, { training: true, key });
    const kept = drawn(120, 0.8);
    const upstream = fill("upstream", x.shape, -1, 1).data;
    for (const [i, one] of kept.entries()) {
      expect(y[i]).toBeCloseTo((one * x.data[i]!) / 0.8, 12);
      expect(gradients.x![i]).toBeCloseTo((one * upstream[i]!) / 0.8, 12);
    }
    expect(kept).toContain(0);
    expect(kept).toContain(1);
  });

  test.each([
    { name: "in evaluation", layer: new Dropout(), options: {} },
    { name: "with probability 0", layer: new Dropout(0), options: { training: true } },
  ])("does nothing $name, nor needs a key", async ({ layer, options }) => {
    expect((await runLayer(layer, x, options)).y).toEqual([...x.data]);
  });

  test("leaves nothing with probability 1", async () => {
    const { y } = await runLayer(new Dropout(1), x, { training: true });
    expect(new Set(y)).toEqual(new Set([0]));
  });

  test.each([-0.1, 1.1, Number.NaN])("refuses the probability %d", (probability) => {
    expect(() => new Dropout(probability)).toThrow(RangeError);
  });
});

describe("StochasticDepth", () => {
  test("keeps samples whole or not at all", async () => {
    const { y } = await runLayer(new StochasticDepth(0.4), x, { training: true, key });
    const kept = drawn(6, 0.6);
    expect(new Set(kept).size).toBe(2);
    for (const [i, value] of y.entries())
      expect(value).toBeCloseTo((kept[Math.floor(i / 20)]! * x.data[i]!) / 0.6, 12);
  });

  test("does nothing in evaluation", async () => {
    expect((await runLayer(new StochasticDepth(0.4), x)).y).toEqual([...x.data]);
  });
});

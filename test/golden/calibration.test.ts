// Temperature and vector scaling against PyTorch's minimum of the same function.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { familiarityOf, fitScaling } from "../../src/calibrate/index.ts";

const golden = JSON.parse(readFileSync(join(import.meta.dirname, "calibration/scaling.json"), "utf8")) as {
  readonly classes: number;
  readonly logits: readonly number[];
  readonly labels: readonly number[];
  readonly temperature: number;
  readonly vector: { readonly scale: readonly number[]; readonly bias: readonly number[] };
  readonly energy: readonly number[];
};
const samples = {
  logits: Float32Array.from(golden.logits),
  classes: golden.classes,
  labels: Int32Array.from(golden.labels),
};

test("temperature", () => {
  const scaling = fitScaling(samples, "temperature");
  expect(scaling).toEqual({ method: "temperature", temperature: expect.closeTo(golden.temperature, 6) });
});

test("scales and biases of classes", () => {
  expect(fitScaling(samples, "vector")).toEqual({
    method: "vector",
    scale: golden.vector.scale.map((value) => expect.closeTo(value, 5)),
    bias: golden.vector.bias.map((value) => expect.closeTo(value, 5)),
  });
});

test("negative energy", () => {
  const { classes, logits } = samples;
  for (const [n, energy] of golden.energy.entries())
    expect(familiarityOf(logits.subarray(n * classes, (n + 1) * classes))).toBeCloseTo(energy, 5);
});

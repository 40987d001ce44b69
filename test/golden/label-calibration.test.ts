// Temperatures, energies and thresholds of several labels against scipy's minima and every threshold tried by numpy.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  chooseThresholds,
  familiarityOf,
  fitLabelScaling,
  scaled,
  type ThresholdGoal,
} from "../../src/calibrate/index.ts";
import { LabelSets } from "../../src/core/index.ts";

const golden = JSON.parse(readFileSync(join(import.meta.dirname, "calibration/labels.json"), "utf8")) as {
  readonly labels: number;
  readonly logits: readonly number[];
  readonly entries: readonly number[];
  readonly temperature: number;
  readonly temperatures: readonly number[];
  readonly energy: readonly number[];
  readonly thresholds: readonly {
    readonly goal: ThresholdGoal;
    readonly per_label: readonly number[];
    readonly global: number;
  }[];
};
const labels = new LabelSets(golden.labels, Int8Array.from(golden.entries));
const samples = { logits: Float32Array.from(golden.logits), classes: golden.labels, labels };

test("one temperature", () => {
  const temperature = expect.closeTo(golden.temperature, 6);
  expect(fitLabelScaling(samples, "temperature")).toEqual({ method: "temperature", temperature });
});

test("a temperature for each label, held near the common one", () => {
  const temperatures = golden.temperatures.map((value) => expect.closeTo(value, 6));
  expect(fitLabelScaling(samples, "per_label")).toEqual({ method: "per_label", temperatures });
});

test("negative joint energy", () => {
  for (const [n, energy] of golden.energy.entries()) {
    const row = samples.logits.subarray(n * golden.labels, (n + 1) * golden.labels);
    expect(familiarityOf(row, "multi_label")).toBeCloseTo(energy, 9);
  }
});

test.each(golden.thresholds)("thresholds for $goal", ({ goal, per_label, global }) => {
  const known = { probabilities: scaled(samples), labels };
  const of = (scope: "per_label" | "global") =>
    chooseThresholds(known, goal, scope).map(({ threshold }) => threshold);
  expect(of("per_label")).toEqual(per_label.map((value) => expect.closeTo(value, 9)));
  expect(of("global")).toEqual(per_label.map(() => expect.closeTo(global, 9)));
});

// Wrong labels: small cases worked out by hand, and planted ones among many.
import { expect, test } from "vitest";
import { LabelSets, RandomStream } from "../../core/index.ts";
import { confidentClass, confidentJoint, confidentThresholds, roundKeepingSum } from "./confident-joint.ts";
import { findLabelErrors } from "./find-label-errors.ts";
import { findLabelSetErrors, suggestedLabels } from "./find-label-set-errors.ts";
import { scoreLabel } from "./label-scores.ts";

/** Five samples of two classes; the model says that the third is of the other one. */
const SMALL = {
  classes: 2,
  labels: [0, 0, 0, 1, 1],
  probabilities: [0.9, 0.1, 0.8, 0.2, 0.1, 0.9, 0.3, 0.7, 0.1, 0.9],
};

test("thresholds are mean probabilities of the given label", () => {
  expect([...confidentThresholds(SMALL)]).toEqual([expect.closeTo(1.8 / 3, 12), expect.closeTo(0.8, 12)]);
  const absent = { ...SMALL, classes: 2, labels: [0, 0, 0, 0, 0] };
  expect(confidentThresholds(absent)[1]).toBe(Number.POSITIVE_INFINITY);
});

test("a sample counts for the class whose threshold it reaches", () => {
  expect(confidentClass([0.55, 0.45], [0.6, 0.4])).toBe(1);
  expect(confidentClass([0.55, 0.45], [0.5, 0.4])).toBe(0);
  expect(confidentClass([0.5, 0.5], [0.6, 0.6])).toBe(-1);
});

test("the joint is counted, then its rows are brought to the number of given labels", () => {
  // Counted: samples 0 and 1 as 0, sample 2 as 1; of label 1 only sample 4 reaches 0.8. The second row is stretched to 2.
  expect(confidentJoint(SMALL)).toEqual([
    [2, 1],
    [0, 2],
  ]);
});

test("rounding keeps the sum", () => {
  expect(roundKeepingSum([0.5, 0.5, 2])).toEqual([0, 1, 2]);
  expect(roundKeepingSum([1.4, 1.4, 1.2])).toEqual([1, 2, 1]);
  expect(roundKeepingSum([1.6, 1.6, 0.8])).toEqual([1, 2, 1]);
});

test("scores", () => {
  const row = [0.2, 0.5, 0.3];
  expect(scoreLabel(row, 0, "self_confidence")).toBe(0.2);
  expect(scoreLabel(row, 0, "normalized_margin")).toBeCloseTo((0.2 - 0.5 + 1) / 2, 12);
  const entropy = -(0.2 * Math.log(0.2) + 0.5 * Math.log(0.5) + 0.3 * Math.log(0.3)) / Math.log(3);
  const doubt = entropy / 0.2;
  expect(scoreLabel(row, 0, "confidence_weighted_entropy")).toBeCloseTo(Math.log(doubt + 1) / doubt, 12);
  expect(scoreLabel([1, 0], 0, "confidence_weighted_entropy")).toBe(0);
});

test("finds the one wrong label", () => {
  const [only, ...others] = findLabelErrors(SMALL);
  expect(only).toEqual({ sample: 2, given: 0, suggested: 1, score: 0.1, isError: true });
  expect(others).toEqual([]);
});

test.each([
  [{ ...SMALL, labels: [0, 0, 0, 1, 2] }, /label 2 of sample 4/],
  [{ ...SMALL, labels: [0, 0] }, /are not 2 rows of 2 classes/],
  [{ ...SMALL, probabilities: SMALL.probabilities.with(3, Number.NaN) }, /NaN of sample 1/],
])("refuses what is no prediction %#", (predicted, message) => {
  expect(() => findLabelErrors(predicted)).toThrow(message);
});

/** Most rows favour the true class; in about one of ten the model is not sure of it, or mistaken. */
function predictedRow(random: RandomStream, classes: number, truth: number): number[] {
  const scores = Array.from({ length: classes }, (_, k) => Math.exp(random.normal() + (k === truth ? 4 : 0)));
  const total = scores.reduce((sum, score) => sum + score, 0);
  return scores.map((score) => score / total);
}

test.each([1, 2, 3, 4, 5, 6])("planted wrong labels come first (seed %i)", (seed) => {
  const random = new RandomStream(seed, "planted labels");
  const [classes, samples] = [2 + (seed % 4), 600];
  const truth = Array.from({ length: samples }, () => random.integer(classes));
  const planted = new Set(Array.from({ length: 30 }, (_, i) => i * 19));
  const labels = truth.map((label, i) => (planted.has(i) ? (label + 1) % classes : label));
  const probabilities = truth.flatMap((label) => predictedRow(random, classes, label));
  const found = findLabelErrors({ probabilities, labels, classes });
  const first = found.slice(0, planted.size).filter(({ sample }) => planted.has(sample));
  expect(first.length).toBeGreaterThanOrEqual(27);
  const right = first.filter(({ sample, suggested }) => suggested === truth[sample]);
  expect(right.length).toBeGreaterThanOrEqual(26);
  expect(found.map(({ isError }) => isError)).toEqual(
    found.map(({ isError }) => isError).sort((a, b) => Number(b) - Number(a)),
  );
});

test("of several labels each is judged by itself, without those that are not known", () => {
  // Sample 1 lacks label 0 and has label 1 for nothing; of sample 4 and label 1 nothing is known.
  const labels = new LabelSets(2, Int8Array.from([1, 0, 0, 1, 1, 1, 0, 0, 0, -1, 1, 1]));
  const probabilities = [0.9, 0.1, 0.95, 0.02, 0.9, 0.9, 0.1, 0.1, 0.1, 0.9, 0.8, 0.7];
  const [found, ...others] = findLabelSetErrors({ probabilities, labels });
  expect(others).toEqual([]);
  expect(found).toMatchObject({ sample: 1, isError: true });
  expect(found!.entries.map(({ label, isGiven }) => [label, isGiven])).toEqual([
    [1, true],
    [0, false],
  ]);
  expect(suggestedLabels(labels, found!)).toEqual([0]);
});

import { describe, expect, test } from "vitest";
import { RandomStream } from "../core/index.ts";
import {
  abstentionOf,
  assess,
  doubtOf,
  fitScaling,
  formatCalibration,
  type LabelledLogits,
  leastConfidences,
  leastFamiliarity,
  leavingOut,
  outcomesOf,
  parseCalibration,
  probabilitiesOf,
  scaled,
  separation,
} from "./index.ts";

/** Pictures whose labels are drawn by the probabilities of their logits, which are then `sharper` times as far apart. */
function drawn(pictures: number, classes: number, sharper: number): LabelledLogits {
  const random = new RandomStream(7, "logits");
  const logits = new Float32Array(pictures * classes);
  const labels = new Int32Array(pictures);
  for (let n = 0; n < pictures; n++) {
    const row = logits.subarray(n * classes, (n + 1) * classes);
    for (let c = 0; c < classes; c++) row[c] = 6 * random.float() - 3;
    let rest = random.float();
    const probabilities = probabilitiesOf(row);
    labels[n] = Math.max(
      0,
      probabilities.findIndex((probability) => {
        rest -= probability;
        return rest <= 0;
      }),
    );
    for (let c = 0; c < classes; c++) row[c]! *= sharper;
  }
  return { logits, classes, labels };
}

describe("scaling", () => {
  test("finds how much too sure a model is", () => {
    const scaling = fitScaling(drawn(20_000, 5, 3), "temperature");
    expect(scaling.method === "temperature" && scaling.temperature).toBeCloseTo(3, 1);
  });

  test("brings confidence to accuracy for pictures that had no part in the fit", () => {
    const samples = drawn(5000, 5, 3);
    const before = assess(scaled(samples), samples);
    const after = new Float64Array(samples.logits.length);
    const rows = leavingOut(
      samples,
      (others) => fitScaling(others, "temperature"),
      (scaling, left) =>
        Array.from(left.labels, (_, n) => probabilitiesOf(left.logits.subarray(n * 5, n * 5 + 5), scaling)),
    );
    for (const [n, row] of rows.entries()) after.set(row, n * 5);
    expect(assess(after, samples).calibrationError).toBeLessThan(before.calibrationError / 5);
    expect(assess(after, samples).accuracy).toBe(before.accuracy);
  });

  test("stays finite where every picture is right, and where none is", () => {
    const right = { logits: Float32Array.of(9, -9, -9, 9), classes: 2, labels: Int32Array.of(0, 1) };
    const wrong = { ...right, labels: Int32Array.of(1, 0) };
    expect(fitScaling(right, "temperature")).toEqual({
      method: "temperature",
      temperature: expect.closeTo(0.05, 6),
    });
    expect(fitScaling(wrong, "temperature")).toEqual({
      method: "temperature",
      temperature: expect.closeTo(20, 6),
    });
    for (const samples of [right, wrong]) {
      const scaling = fitScaling(samples, "vector");
      expect(scaling.method === "vector" && [...scaling.scale, ...scaling.bias].every(Number.isFinite)).toBe(
        true,
      );
    }
  });

  test("of the scale of a class moves that class alone", () => {
    const scaling = { method: "vector", scale: [1, 1], bias: [0, Math.log(3)] } as const;
    expect([...probabilitiesOf(Float32Array.of(2, 2), scaling)]).toEqual([
      expect.closeTo(0.25),
      expect.closeTo(0.75),
    ]);
  });
});

describe("abstention", () => {
  const outcomes = [
    [0, 0.9, true],
    [1, 0.8, true],
    [0, 0.7, false],
    [0, 0.6, true],
    [1, 0.6, false],
  ].map(([predicted, confidence, right]) => ({ predicted, confidence, right }) as never);

  test("says as much as the precision allows, equal confidences together", () => {
    expect(leastConfidences(outcomes, { precision: 1 }, undefined)).toEqual([0.8]);
    expect(leastConfidences(outcomes, { precision: 0.6 }, undefined)).toEqual([0.6]);
    expect(leastConfidences(outcomes, { precision: 0.7 }, undefined)).toEqual([0.8]);
    expect(abstentionOf(outcomes, [0.8])).toEqual({ given: 2, right: 2, pictures: 5 });
  });

  test("says at least as much as is wished for", () => {
    expect(leastConfidences(outcomes, { coverage: 0.6 }, undefined)).toEqual([0.7]);
    expect(leastConfidences(outcomes, { coverage: 0.7 }, undefined)).toEqual([0.6]);
    expect(leastConfidences(outcomes, { coverage: 1 }, undefined)).toEqual([0.6]);
  });

  test("has a threshold for each class, and none where no threshold will do", () => {
    const wrong = [...outcomes, { predicted: 2, confidence: 0.99, right: false }];
    expect(leastConfidences(wrong, { precision: 0.9 }, 3)).toEqual([0.9, 0.8, null]);
    expect(abstentionOf(wrong, [0.9, 0.8, null])).toEqual({ given: 2, right: 2, pictures: 6 });
  });
});

describe("unfamiliar pictures", () => {
  test("are as many as are not to be kept", () => {
    const familiarities = Array.from({ length: 20 }, (_, i) => i);
    const least = leastFamiliarity(familiarities, 0.9);
    expect(familiarities.filter((each) => each >= least)).toHaveLength(18);
    expect(leastFamiliarity(familiarities, 1)).toBe(0);
  });

  test("are told apart as the area under the curve says", () => {
    expect(separation([3, 4], [1, 2])).toBe(1);
    expect(separation([1, 2], [3, 4])).toBe(0);
    expect(separation([1, 2], [1, 2])).toBe(0.5);
    expect(separation([2], [1, 2, 3])).toBe(0.5);
  });
});

describe("a model's calibration", () => {
  const calibration = {
    scaling: { method: "temperature", temperature: 2 },
    leastConfidence: [0.7, null],
    leastFamiliarity: 1.5,
  } as const;

  test("is read as it was written", () => {
    expect(parseCalibration(formatCalibration(calibration), 2, "m.onnx")).toEqual(calibration);
  });

  test.each([
    ["no JSON", "{", 2, /content/],
    ["of no method", '{"scaling":{"method":"magic"}}', 2, /scaling.method/],
    ["a temperature of 0", '{"scaling":{"method":"temperature","temperature":0}}', 2, /temperature/],
    ["for other classes", formatCalibration(calibration), 3, /is for 2 classes, the model has 3/],
  ])("%s is refused with the model's name", (_, text, classes, problem) => {
    expect(() => parseCalibration(text, classes, "m.onnx")).toThrow(problem);
    expect(() => parseCalibration(text, classes, "m.onnx")).toThrow(
      expect.objectContaining({ code: "MODEL_CALIBRATION", where: "m.onnx" }),
    );
  });

  test("says why it doubts", () => {
    const familiar = Float32Array.of(3, 0);
    expect(doubtOf(calibration, familiar, 0, 0.8)).toBeUndefined();
    expect(doubtOf(calibration, familiar, 0, 0.69)).toBe("unconfident");
    expect(doubtOf(calibration, familiar, 1, 0.99)).toBe("unconfident");
    expect(doubtOf(calibration, Float32Array.of(0, 0), 0, 0.99)).toBe("unfamiliar");
    expect(doubtOf({ scaling: calibration.scaling }, Float32Array.of(0, 0), 0, 0.5)).toBeUndefined();
  });

  test("takes the first of equal classes", () => {
    const outcomes = outcomesOf(Float64Array.of(0.5, 0.5), {
      logits: Float32Array.of(1, 1),
      classes: 2,
      labels: Int32Array.of(0),
    });
    expect(outcomes).toEqual([{ predicted: 0, confidence: 0.5, right: true }]);
  });
});

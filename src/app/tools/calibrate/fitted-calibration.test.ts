import { expect, test } from "vitest";
import type { LabelledLogits } from "../../../calibrate/index.ts";
import { LabelSets, RandomStream } from "../../../core/index.ts";
import { calibrateClasses } from "./classes.ts";
import { calibrateLabels } from "./labels.ts";

const CLASSES = 3;
const OPTIONS = { method: "temperature", abstain: undefined, perClass: false, keep: undefined } as const;

/** Of a model that is right for six of seven pictures, and always says that it is sure of it: by its logit. */
function answers(pictures: number, logit: number): LabelledLogits {
  const random = new RandomStream(3, "answers");
  const logits = new Float32Array(pictures * CLASSES);
  const labels = Int32Array.from({ length: pictures }, (_, n) => {
    const said = random.integer(CLASSES);
    logits[n * CLASSES + said] = logit * (0.5 + random.float());
    return n % 7 === 3 ? (said + 1) % CLASSES : said;
  });
  return { logits, classes: CLASSES, labels };
}

test("a model that is too sure is calibrated on many pictures", () => {
  const { calibration, helps, parts } = calibrateClasses(answers(500, 12), undefined, OPTIONS);
  expect(helps).toBe(true);
  expect(calibration.scaling).toMatchObject({ method: "temperature", temperature: expect.any(Number) });
  expect(parts[0]!.after.calibrationError).toBeLessThan(parts[0]!.before.calibrationError);
  expect(parts[0]!.after.logLoss).toBeLessThan(parts[0]!.before.logLoss / 2);
});

test("what makes pictures worse that had no part in the fit is not taken", () => {
  // Each fold lacks the one picture that is wrong, or is fitted to it.
  const { calibration, helps, parts } = calibrateClasses(answers(5, 2), undefined, OPTIONS);
  expect(helps).toBe(false);
  expect(calibration.scaling).toEqual({ method: "temperature", temperature: 1 });
  expect(parts[0]!.after).toEqual(parts[0]!.before);
});

test("so with several labels", () => {
  const { logits, classes, labels } = answers(5, 2);
  const sets = Int8Array.from(logits, (_, i) => Number(labels[Math.floor(i / classes)] === i % classes));
  const samples = { logits, classes, labels: new LabelSets(classes, sets) };
  const { calibration, helps, parts } = calibrateLabels(samples, undefined, {
    method: "per_label",
    keep: undefined,
  });
  expect(helps).toBe(false);
  expect(calibration.scaling).toEqual({ method: "temperature", temperature: 1 });
  expect(parts[0]!.after).toEqual(parts[0]!.before);
});

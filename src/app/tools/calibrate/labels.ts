// The calibration of a model that tells several labels, and what it brings.
import {
  assessLabels,
  type Calibration,
  familiarityOf,
  fitLabelScaling,
  type LabelAssessment,
  type LabelScalingMethod,
  type LogitsOfSets,
  leastFamiliarity,
  leavingOut,
  scaled,
} from "../../../calibrate/index.ts";
import { familiarShare, rowsOf } from "./familiar-share.ts";
import { type Fit, type FittedCalibration, isBetter, unscaled } from "./fitted-calibration.ts";

/** Figures of one part of the data, before and after. */
export interface CalibratedLabels {
  readonly part: "val" | "test";
  readonly before: LabelAssessment;
  readonly after: LabelAssessment;
  /** The share of its pictures that count as familiar. */
  readonly familiar: number | undefined;
}

/** What is fitted. */
export interface LabelCalibrationOptions {
  readonly method: LabelScalingMethod;
  readonly keep: number | undefined;
}

/**
 * The calibration of validation pictures, and the figures of them and of the test pictures; of the former each is judged by a fit to the
 * others. Where that makes them worse, logits stay as they are.
 */
export function calibrateLabels(
  samples: LogitsOfSets,
  test: LogitsOfSets | undefined,
  { method, keep }: LabelCalibrationOptions,
): FittedCalibration<CalibratedLabels> {
  const fitTo: Fit<LogitsOfSets> = (of) => fitLabelScaling(of, method);
  const first = judgedLeavingOut(samples, fitTo, keep);
  const helps = isBetter(first);
  const chosenFit = helps ? fitTo : unscaled;
  const calibration = fitted(samples, chosenFit, keep);
  const parts = [helps ? first : judgedLeavingOut(samples, chosenFit, keep)];
  if (test !== undefined) {
    parts.push({
      part: "test",
      before: assessLabels(scaled(test), test.labels),
      after: assessLabels(scaled(test, calibration.scaling), test.labels),
      familiar: familiarShare(rowsOf(test), calibration.leastFamiliarity, "multi_label"),
    });
  }
  return { calibration, helps, parts };
}

function fitted(samples: LogitsOfSets, fitTo: Fit<LogitsOfSets>, keep: number | undefined): Calibration {
  const known = rowsOf(samples).map((row) => familiarityOf(row, "multi_label"));
  return {
    scaling: fitTo(samples),
    leastFamiliarity: keep === undefined ? undefined : leastFamiliarity(known, keep),
  };
}

function judgedLeavingOut(
  samples: LogitsOfSets,
  fitTo: Fit<LogitsOfSets>,
  keep: number | undefined,
): CalibratedLabels {
  const { classes } = samples;
  const pictures = leavingOut(
    samples,
    (others) => fitted(others, fitTo, keep),
    ({ scaling, leastFamiliarity: least }, left) => {
      const probabilities = scaled(left, scaling);
      return rowsOf(left).map((row, n) => ({
        probabilities: probabilities.subarray(n * classes, (n + 1) * classes),
        familiar: familiarShare([row], least, "multi_label"),
      }));
    },
  );
  const after = new Float64Array(samples.logits.length);
  for (const [n, { probabilities }] of pictures.entries()) after.set(probabilities, n * classes);
  const familiar = pictures.reduce((total, each) => total + (each.familiar ?? 0), 0) / pictures.length;
  return {
    part: "val",
    before: assessLabels(scaled(samples), samples.labels),
    after: assessLabels(after, samples.labels),
    familiar: keep === undefined ? undefined : familiar,
  };
}

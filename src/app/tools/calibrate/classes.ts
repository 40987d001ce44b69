// The calibration of a model of one class a picture, and what it brings.
import {
  type Abstention,
  type AbstentionGoal,
  type Assessment,
  abstentionOf,
  assess,
  type Calibration,
  type ClassScalingMethod,
  familiarityOf,
  fitScaling,
  type LabelledLogits,
  leastConfidences,
  leastFamiliarity,
  leavingOut,
  outcomesOf,
  scaled,
} from "../../../calibrate/index.ts";
import { ClassifierTrainingError } from "../../../core/index.ts";
import { familiarShare, rowsOf } from "./familiar-share.ts";
import { type Fit, type FittedCalibration, isBetter, unscaled } from "./fitted-calibration.ts";

/** Figures of one part of the data, before and after. */
export interface CalibratedPart {
  readonly part: "val" | "test";
  readonly before: Assessment;
  readonly after: Assessment;
  readonly abstention: Abstention | undefined;
  /** The share of its pictures that count as familiar. */
  readonly familiar: number | undefined;
}

/** What is fitted. */
export interface ClassCalibrationOptions {
  readonly method: ClassScalingMethod;
  readonly abstain: AbstentionGoal | undefined;
  readonly perClass: boolean;
  readonly keep: number | undefined;
}

/**
 * The calibration of validation pictures, and the figures of them and of the test pictures; of the former each is judged by a fit to the
 * others. Where that makes them worse, logits stay as they are.
 */
export function calibrateClasses(
  samples: LabelledLogits,
  test: LabelledLogits | undefined,
  { method, abstain, perClass, keep }: ClassCalibrationOptions,
): FittedCalibration<CalibratedPart> {
  const fitTo: Fit<LabelledLogits> = (of) => fitScaling(of, method);
  const fitted = judgedLeavingOut(samples, fitTo, () => undefined, undefined);
  const helps = isBetter(fitted);
  const chosenFit = helps ? fitTo : unscaled;
  const scaling = chosenFit(samples);
  const classes = perClass ? samples.classes : undefined;
  const thresholds: Thresholds = (of, by = scaling) =>
    abstain && leastConfidences(outcomesOf(scaled(of, by), of), abstain, classes);
  const leastConfidence = thresholds(samples);
  if (leastConfidence?.every((least) => least === null) === true) throw unreachable(abstain);
  const known = rowsOf(samples).map((row) => familiarityOf(row));
  const calibration: Calibration = {
    scaling,
    leastConfidence,
    leastFamiliarity: keep === undefined ? undefined : leastFamiliarity(known, keep),
  };
  const parts = [judgedLeavingOut(samples, chosenFit, thresholds, keep)];
  if (test !== undefined) parts.push(judged("test", test, calibration));
  return { calibration, helps, parts };
}

type Thresholds = (of: LabelledLogits, by?: Calibration["scaling"]) => Calibration["leastConfidence"];

/** Figures of the pictures of the fit, each judged by a fit to others. */
function judgedLeavingOut(
  samples: LabelledLogits,
  fitTo: Fit<LabelledLogits>,
  thresholds: Thresholds,
  keep: number | undefined,
): CalibratedPart {
  const learn = (others: LabelledLogits): Calibration => {
    const scaling = fitTo(others);
    const least =
      keep === undefined
        ? undefined
        : leastFamiliarity(
            rowsOf(others).map((row) => familiarityOf(row)),
            keep,
          );
    return { scaling, leastConfidence: thresholds(others, scaling), leastFamiliarity: least };
  };
  const pictures = leavingOut(samples, learn, (calibration, left) => {
    const probabilities = scaled(left, calibration.scaling);
    const outcomes = outcomesOf(probabilities, left);
    return rowsOf(left).map((row, n) => ({
      probabilities: probabilities.subarray(n * left.classes, (n + 1) * left.classes),
      abstention: calibration.leastConfidence && abstentionOf([outcomes[n]!], calibration.leastConfidence),
      familiar: familiarShare([row], calibration.leastFamiliarity),
    }));
  });
  const after = new Float64Array(samples.logits.length);
  for (const [n, { probabilities }] of pictures.entries()) after.set(probabilities, n * samples.classes);
  const sum = (of: (abstention: Abstention) => number): number =>
    pictures.reduce((total, { abstention }) => total + (abstention === undefined ? 0 : of(abstention)), 0);
  return {
    part: "val",
    before: assess(scaled(samples), samples),
    after: assess(after, samples),
    abstention:
      pictures[0]?.abstention === undefined
        ? undefined
        : { given: sum(({ given }) => given), right: sum(({ right }) => right), pictures: pictures.length },
    familiar:
      keep === undefined
        ? undefined
        : pictures.reduce((total, { familiar }) => total + familiar!, 0) / pictures.length,
  };
}

function judged(
  part: CalibratedPart["part"],
  samples: LabelledLogits,
  { scaling, leastConfidence, leastFamiliarity: least }: Calibration,
): CalibratedPart {
  const probabilities = scaled(samples, scaling);
  return {
    part,
    before: assess(scaled(samples), samples),
    after: assess(probabilities, samples),
    abstention: leastConfidence && abstentionOf(outcomesOf(probabilities, samples), leastConfidence),
    familiar: familiarShare(rowsOf(samples), least),
  };
}

function unreachable(goal: AbstentionGoal | undefined): ClassifierTrainingError {
  const wished = goal !== undefined && "precision" in goal ? goal.precision : 1;
  const message = `no threshold brings a precision of ${wished}`;
  return new ClassifierTrainingError("usage", "ABSTAIN_UNREACHABLE", message, {
    where: "--abstain",
    hint: "wish for less, or ask for a coverage instead",
  });
}

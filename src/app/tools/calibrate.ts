// Makes an exported model's confidence mean what it says, and says how well that works.
import {
  type Abstention,
  type AbstentionGoal,
  type Assessment,
  abstentionOf,
  assess,
  CALIBRATION_METADATA_KEY,
  type Calibration,
  familiarityOf,
  fitScaling,
  formatCalibration,
  type LabelledLogits,
  leastConfidences,
  leastFamiliarity,
  leavingOut,
  outcomesOf,
  probabilitiesOf,
  type ScalingMethod,
  scaled,
  separation,
} from "../../calibrate/index.ts";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { ImageDataset } from "../../data/index.ts";
import { type Image, readImage } from "../../image/index.ts";
import { Classifier } from "../../inference/index.ts";
import { withMetadata } from "../../onnx/index.ts";
import { readBytes, writeDurably } from "../../platform/index.ts";
import { type LabelledRequest, labelledPictures, labelsAs } from "./labelled-pictures.ts";
import { findPictures } from "./predict.ts";

/** What is calibrated, and when the model is to say that it is unsure. */
export interface CalibrateRequest extends LabelledRequest {
  /** Default `temperature`. */
  readonly method?: ScalingMethod | undefined;
  /** Default: a prediction is always given. */
  readonly abstain?: AbstentionGoal | undefined;
  /** Whether each class has a threshold of its own, which reaches the goal for what is taken for it. Default false. */
  readonly perClass?: boolean | undefined;
  /** The share of the validation pictures that are to count as familiar; default 0.95 with `outliers`, else none is unfamiliar. */
  readonly keep?: number | undefined;
  /** Pictures, and folders of such, of no kind that the model knows. */
  readonly outliers?: readonly string[] | undefined;
}

/** Figures of one part of the data, before and after. */
export interface CalibratedPart {
  readonly part: "val" | "test";
  readonly before: Assessment;
  readonly after: Assessment;
  readonly abstention: Abstention | undefined;
  /** The share of its pictures that count as familiar. */
  readonly familiar: number | undefined;
}

/** What a calibration came to. */
export interface CalibrationResult {
  /** The model's file, which holds it now. */
  readonly model: string;
  readonly classNames: readonly string[];
  readonly calibration: Calibration;
  /** Of validation pictures each is judged by a fit to the others. */
  readonly parts: readonly CalibratedPart[];
  /** How well known pictures are told from outliers: areas under the ROC curve. */
  readonly outliers:
    | {
        readonly pictures: number;
        /** By the negative energy. */
        readonly familiarity: number;
        /** By the highest probability, for comparison. */
        readonly confidence: number;
        /** The share of them that count as unfamiliar. */
        readonly found: number;
      }
    | undefined;
}

/** Pictures that are decoded and computed together. */
const BATCH = 64;

/**
 * Fits the calibration to validation pictures and writes it into the model's metadata, where `predict` and every other
 * classifier finds it. An earlier one is replaced.
 * @throws ClassifierTrainingError kind "usage" `ABSTAIN_UNREACHABLE` where no threshold reaches the precision, `NO_DATA`; kind
 * "data" for a picture that cannot be read, `UNKNOWN_CLASS`, `MODEL_MISSING`.
 */
export async function calibrate(request: CalibrateRequest): Promise<CalibrationResult> {
  const { method = "temperature", abstain, perClass = false, outliers: outlierPaths } = request;
  const keep = request.keep ?? (outlierPaths === undefined ? undefined : 0.95);
  const { model, val, test } = await labelledPictures(request);
  await using classifier = await Classifier.load(model);
  const samples = await samplesOf(classifier, val);
  const outliers =
    outlierPaths === undefined ? [] : await rowsOf(classifier, await findPictures(outlierPaths));
  const scaling = fitScaling(samples, method);
  const classes = perClass ? samples.classes : undefined;
  const thresholds = (of: LabelledLogits, by = scaling) =>
    abstain && leastConfidences(outcomesOf(scaled(of, by), of), abstain, classes);
  const leastConfidence = thresholds(samples);
  if (leastConfidence?.every((least) => least === null) === true) throw unreachable(abstain);
  const known = rows(samples).map(familiarityOf);
  const calibration: Calibration = {
    scaling,
    leastConfidence,
    leastFamiliarity: keep === undefined ? undefined : leastFamiliarity(known, keep),
  };
  const parts = [judgedLeavingOut(samples, method, thresholds, keep)];
  if (test !== undefined) parts.push(judged("test", await samplesOf(classifier, test), calibration));
  await writeDurably(model, [
    withMetadata(await readBytes(model), CALIBRATION_METADATA_KEY, formatCalibration(calibration)),
  ]);
  const confidenceOf = (row: Float32Array) => Math.max(...probabilitiesOf(row, scaling));
  return {
    model,
    classNames: classifier.classNames,
    calibration,
    parts,
    outliers:
      outliers.length === 0
        ? undefined
        : {
            pictures: outliers.length,
            familiarity: separation(known, outliers.map(familiarityOf)),
            confidence: separation(rows(samples).map(confidenceOf), outliers.map(confidenceOf)),
            found: 1 - familiarShare(outliers, calibration.leastFamiliarity)!,
          },
  };
}

type Thresholds = (of: LabelledLogits, by?: Calibration["scaling"]) => Calibration["leastConfidence"];

/** Figures of the pictures of the fit, each judged by a fit to others. */
function judgedLeavingOut(
  samples: LabelledLogits,
  method: ScalingMethod,
  thresholds: Thresholds,
  keep: number | undefined,
): CalibratedPart {
  const learn = (others: LabelledLogits): Calibration => {
    const scaling = fitScaling(others, method);
    const least = keep === undefined ? undefined : leastFamiliarity(rows(others).map(familiarityOf), keep);
    return { scaling, leastConfidence: thresholds(others, scaling), leastFamiliarity: least };
  };
  const pictures = leavingOut(samples, learn, (calibration, left) => {
    const probabilities = scaled(left, calibration.scaling);
    const outcomes = outcomesOf(probabilities, left);
    return rows(left).map((row, n) => ({
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
    familiar: familiarShare(rows(samples), least),
  };
}

function familiarShare(logits: readonly Float32Array[], least: number | undefined): number | undefined {
  if (least === undefined) return undefined;
  return logits.filter((row) => familiarityOf(row) >= least).length / logits.length;
}

/** The logits of each picture. */
function rows({ logits, classes, labels }: LabelledLogits): Float32Array[] {
  return Array.from(labels, (_, n) => logits.subarray(n * classes, (n + 1) * classes));
}

async function samplesOf(classifier: Classifier, pictures: ImageDataset): Promise<LabelledLogits> {
  const labels = labelsAs(classifier.classNames, pictures);
  const indices = Array.from(labels.keys());
  const read = async (index: number): Promise<Image> =>
    readImage(await pictures.source(index), pictures.name(index));
  const logits = await computed(classifier, indices, read);
  const classes = classifier.classNames.length;
  const all = new Float32Array(labels.length * classes);
  for (const [n, row] of logits.entries()) all.set(row, n * classes);
  return { logits: all, classes, labels };
}

function rowsOf(classifier: Classifier, paths: readonly string[]): Promise<Float32Array[]> {
  return computed(classifier, paths, (path) => readImage({ kind: "file", path }, path));
}

/** The logits of each picture, a few pictures at a time. */
async function computed<T>(
  classifier: Classifier,
  pictures: readonly T[],
  read: (picture: T) => Promise<Image>,
): Promise<Float32Array[]> {
  const results: Float32Array[] = [];
  for (let first = 0; first < pictures.length; first += BATCH) {
    const some = await Promise.all(pictures.slice(first, first + BATCH).map(read));
    const logits = await classifier.logits(some);
    const classes = logits.length / some.length;
    results.push(...some.map((_, n) => logits.slice(n * classes, (n + 1) * classes)));
  }
  return results;
}

function unreachable(goal: AbstentionGoal | undefined): ClassifierTrainingError {
  const wished = goal !== undefined && "precision" in goal ? goal.precision : 1;
  const message = `no threshold brings a precision of ${wished}`;
  return new ClassifierTrainingError("usage", "ABSTAIN_UNREACHABLE", message, {
    where: "--abstain",
    hint: "wish for less, or ask for a coverage instead",
  });
}

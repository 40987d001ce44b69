// Makes an exported model's confidence mean what it says, and says how well that works.
import {
  type AbstentionGoal,
  CALIBRATION_METADATA_KEY,
  type Calibration,
  familiarityOf,
  formatCalibration,
  type LabelledLogits,
  probabilitiesOf,
  type ScalingMethod,
  separation,
  thresholdsUnder,
} from "../../../calibrate/index.ts";
import {
  ClassifierTrainingError,
  type LabelSets,
  type SampleLabels,
  type TaskName,
} from "../../../core/index.ts";
import type { ImageDataset } from "../../../data/index.ts";
import { Classifier } from "../../../inference/index.ts";
import { withMetadata } from "../../../onnx/index.ts";
import { readBytes, writeDurably } from "../../../platform/index.ts";
import { writeThresholds } from "../../export/write-thresholds.ts";
import { logitsOfDataset, logitsOfFiles } from "../labelled-logits.ts";
import { type LabelledRequest, labelledPictures, labelSetsAs, labelsAs } from "../labelled-pictures.ts";
import { findPictures } from "../predict.ts";
import { type CalibratedPart, calibrateClasses } from "./classes.ts";
import { familiarShare, rowsOf } from "./familiar-share.ts";
import { type CalibratedLabels, calibrateLabels } from "./labels.ts";

/** What is calibrated, and when the model is to say that it is unsure. */
export interface CalibrateRequest extends LabelledRequest {
  /** Default `temperature`; of several labels `per_label`. */
  readonly method?: ScalingMethod | undefined;
  /** Default: a prediction is always given. Not of several labels, where `thresholds` does it. */
  readonly abstain?: AbstentionGoal | undefined;
  /** Whether each class has a threshold of its own, which reaches the goal for what is taken for it. Default false. */
  readonly perClass?: boolean | undefined;
  /** The share of the validation pictures that are to count as familiar; default 0.95 with `outliers`, else none is unfamiliar. */
  readonly keep?: number | undefined;
  /** Pictures, and folders of such, of no kind that the model knows. */
  readonly outliers?: readonly string[] | undefined;
}

/** How well known pictures are told from outliers: areas under the ROC curve. */
export interface OutlierFigures {
  readonly pictures: number;
  /** By the negative energy. */
  readonly familiarity: number;
  /** By the highest probability, for comparison. */
  readonly confidence: number;
  /** The share of them that count as unfamiliar. */
  readonly found: number;
}

/** What a calibration came to. Of validation pictures each is judged by a fit to the others. */
export type CalibrationResult = {
  /** The model's file, which holds it now. */
  readonly model: string;
  readonly classNames: readonly string[];
  readonly calibration: Calibration;
  /** Whether scaling makes pictures better that had no part in its fit; where it does not, logits stay as they are. */
  readonly helps: boolean;
  readonly outliers: OutlierFigures | undefined;
} & (
  | { readonly task: "multi_class"; readonly parts: readonly CalibratedPart[] }
  | {
      readonly task: "multi_label";
      readonly parts: readonly CalibratedLabels[];
      /** Moved so that the same labels are present as before; undefined where none had been chosen. */
      readonly thresholds: readonly number[] | undefined;
    }
);

/**
 * Fits the calibration to validation pictures and writes it into the model's metadata, where `predict` and every other
 * classifier finds it. An earlier one is replaced.
 * @throws ClassifierTrainingError kind "usage" `ABSTAIN_UNREACHABLE` where no threshold reaches the precision, `TASK` for what is of
 * another task, `NO_DATA`; kind "data" for a picture that cannot be read, `UNKNOWN_CLASS`, `MODEL_MISSING`.
 */
export async function calibrate(request: CalibrateRequest): Promise<CalibrationResult> {
  const { outliers: outlierPaths } = request;
  const keep = request.keep ?? (outlierPaths === undefined ? undefined : 0.95);
  const { model, val, test } = await labelledPictures(request);
  await using classifier = await Classifier.load(model);
  const { task, classNames } = classifier;
  const options = { ...request, keep };
  const outliers =
    outlierPaths === undefined ? [] : await logitsOfFiles(classifier, await findPictures(outlierPaths));
  const { known, ...fitted } =
    task === "multi_label"
      ? await ofLabels(classifier, val, test, options)
      : await ofClasses(classifier, val, test, options);
  const { calibration } = fitted;
  const content = withMetadata(
    await readBytes(model),
    CALIBRATION_METADATA_KEY,
    formatCalibration(calibration),
  );
  const thresholds = "thresholds" in fitted ? fitted.thresholds : undefined;
  if (thresholds === undefined) await writeDurably(model, [content]);
  else await writeThresholds(model, content, thresholds);
  return { model, classNames, ...fitted, outliers: outlierFigures(known, outliers, calibration, task) };
}

type Options = CalibrateRequest & { readonly keep: number | undefined };

async function ofClasses(
  classifier: Classifier,
  val: ImageDataset,
  test: ImageDataset | undefined,
  { method = "temperature", abstain, perClass = false, keep }: Options,
) {
  if (method === "per_label") {
    const message = "the model gives each picture one class: its classes are scaled together";
    throw otherTask("--method", message, "choose temperature or vector");
  }
  const read = (pictures: ImageDataset) =>
    samplesOf(classifier, pictures, labelsAs(classifier.classNames, pictures));
  const samples = await read(val);
  const others = test && (await read(test));
  const result = calibrateClasses(samples, others, { method, abstain, perClass, keep });
  return { task: "multi_class", known: rowsOf(samples), ...result } as const;
}

async function ofLabels(
  classifier: Classifier,
  val: ImageDataset,
  test: ImageDataset | undefined,
  { method = "per_label", abstain, keep }: Options,
) {
  if (method === "vector")
    throw otherTask("--method", "vector is for one class a picture", "choose temperature or per_label");
  if (abstain !== undefined) {
    const hint =
      "classifier-training thresholds --for precision:SHARE chooses from which probability on a label is said to be there";
    throw otherTask("--abstain", "the model says of each label by itself whether it is there", hint);
  }
  const read = (pictures: ImageDataset) =>
    samplesOf<LabelSets>(classifier, pictures, labelSetsAs(classifier.classNames, pictures));
  const samples = await read(val);
  const others = test && (await read(test));
  const result = calibrateLabels(samples, others, { method, keep });
  const { thresholds: earlier } = classifier.labels;
  const { scaling } = result.calibration;
  const thresholds = earlier && thresholdsUnder(earlier, classifier.calibration?.scaling, scaling);
  return { task: "multi_label", known: rowsOf(samples), thresholds, ...result } as const;
}

async function samplesOf<L extends SampleLabels>(
  classifier: Classifier,
  pictures: ImageDataset,
  labels: L,
): Promise<LabelledLogits<L>> {
  const logits = await logitsOfDataset(classifier, pictures);
  return { logits, classes: classifier.classNames.length, labels };
}

function outlierFigures(
  known: readonly Float32Array[],
  outliers: readonly Float32Array[],
  { scaling, leastFamiliarity }: Calibration,
  task: TaskName,
): OutlierFigures | undefined {
  if (outliers.length === 0) return undefined;
  const compare = (score: (row: Float32Array) => number): number =>
    separation(known.map(score), outliers.map(score));
  return {
    pictures: outliers.length,
    familiarity: compare((row) => familiarityOf(row, task)),
    confidence: compare((row) => Math.max(...probabilitiesOf(row, scaling, task))),
    found: 1 - familiarShare(outliers, leastFamiliarity, task)!,
  };
}

function otherTask(where: string, message: string, hint: string): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "TASK", message, { where, hint });
}

// Chooses the thresholds of a model's labels on validation pictures, and writes them into the model.
import {
  type ChosenThreshold,
  chooseThresholds,
  countPresence,
  fbetaOf,
  type LabelledProbabilities,
  probabilitiesOf,
  type ThresholdGoal,
} from "../../calibrate/index.ts";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { ImageDataset } from "../../data/index.ts";
import { Classifier } from "../../inference/index.ts";
import { readBytes } from "../../platform/index.ts";
import { writeThresholds } from "../export/write-thresholds.ts";
import { type EvaluatedLabel, figuresOf } from "./evaluate-labels.ts";
import { logitsOfDataset } from "./labelled-logits.ts";
import { type LabelledRequest, labelledPictures, labelSetsAs } from "./labelled-pictures.ts";

/** The model, and what its thresholds are to bring. */
export interface ThresholdsRequest extends LabelledRequest {
  readonly goal: ThresholdGoal;
  /** A threshold for each label, or one for all, chosen as if their pictures were those of one label. Default `per_label`. */
  readonly scope?: "per_label" | "global" | undefined;
}

/** A label's threshold, and what it brings on the pictures that it was chosen on. */
export interface LabelThreshold extends EvaluatedLabel, ChosenThreshold {}

/** The mean F1 over labels before and after, of one part of the data. */
export interface ThresholdGain {
  readonly part: "val" | "test";
  readonly pictures: number;
  /** At a threshold of 0.5. */
  readonly macroF1At05: number;
  readonly macroF1: number;
}

/** What came of it. */
export interface ThresholdsResult {
  /** The model's file, which holds the thresholds now. */
  readonly model: string;
  readonly labels: readonly LabelThreshold[];
  readonly gains: readonly ThresholdGain[];
}

/**
 * Earlier thresholds are replaced. Where a label is on no picture, all its probabilities are equal, or no threshold reaches the goal, it
 * stays 0.5.
 * @throws ClassifierTrainingError kind "usage" `TASK` for a model of one class a picture, `NO_DATA`; kind "data" for a picture that cannot
 * be read, `UNKNOWN_CLASS`, `MODEL_MISSING`
 */
export async function chooseModelThresholds(request: ThresholdsRequest): Promise<ThresholdsResult> {
  const { goal, scope = "per_label" } = request;
  const { model, val, test } = await labelledPictures(request);
  await using classifier = await Classifier.load(model);
  if (classifier.task === "multi_class") {
    throw new ClassifierTrainingError("usage", "TASK", "the model gives each picture one class", {
      where: model,
      hint: "thresholds are for several labels; calibrate --abstain says when such a model is unsure",
    });
  }
  const samples = await probabilitiesOfLabels(classifier, val);
  const chosen = chooseThresholds(samples, goal, scope);
  const thresholds = chosen.map(({ threshold }) => threshold);
  const counts = countPresence(samples, thresholds);
  const gains = [gainOf("val", samples, thresholds)];
  if (test !== undefined)
    gains.push(gainOf("test", await probabilitiesOfLabels(classifier, test), thresholds));
  await writeThresholds(model, await readBytes(model), thresholds);
  const labels = chosen.map((each, label) => ({
    ...each,
    label: classifier.classNames[label]!,
    ...figuresOf(counts[label]!),
  }));
  return { model, labels, gains };
}

async function probabilitiesOfLabels(
  classifier: Classifier,
  pictures: ImageDataset,
): Promise<LabelledProbabilities> {
  const labels = labelSetsAs(classifier.classNames, pictures);
  const logits = await logitsOfDataset(classifier, pictures);
  const probabilities = new Float64Array(logits.length);
  const scaling = classifier.calibration?.scaling;
  for (let at = 0; at < logits.length; at += labels.width)
    probabilities.set(probabilitiesOf(logits.subarray(at, at + labels.width), scaling, "multi_label"), at);
  return { probabilities, labels };
}

function gainOf(
  part: ThresholdGain["part"],
  samples: LabelledProbabilities,
  thresholds: readonly number[],
): ThresholdGain {
  const macro = (of: readonly number[] | undefined): number => {
    const each = countPresence(samples, of).map((counts) => fbetaOf(counts, 1));
    return each.reduce((a, b) => a + b, 0) / each.length;
  };
  const pictures = samples.labels.length;
  return { part, pictures, macroF1At05: macro(undefined), macroF1: macro(thresholds) };
}

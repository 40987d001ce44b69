// The labels of a data set that are most likely wrong, by what a run or a cross-validation says of its pictures.
import { LabelSets, labelsOf } from "../../core/index.ts";
import type { LabelNames } from "../../data/index.ts";
import {
  findLabelErrors,
  findLabelSetErrors,
  type LabelErrorOptions,
  suggestedLabels,
} from "../../inspect/index.ts";
import { type DataToolRequest, withPictures } from "../tools/data-tools.ts";
import { type PredictedPictures, readPredictedPictures, withLabelsOf } from "./predicted-pictures.ts";

/** A picture whose label the model contradicts. */
export interface SuspiciousPicture {
  /** Row among the predictions. */
  readonly row: number;
  /** As in lists of changed labels. */
  readonly name: string;
  readonly given: LabelNames;
  readonly suggested: LabelNames;
  /** Between 0 and 1: the lower, the more likely the label is wrong. */
  readonly score: number;
  /** Whether confident learning counts it among the errors. */
  readonly isError: boolean;
}

/** Which predictions are used, and how labels are ranked. */
export interface SuspiciousLabelsRequest extends LabelErrorOptions {
  /** The folder of a run, or of a cross-validation. */
  readonly run: string;
  /** The data as it is now; default: labels are as the run had them. */
  readonly data?: DataToolRequest | undefined;
}

/** All such pictures, the worst first. */
export interface SuspiciousLabels extends Pick<PredictedPictures, "source" | "classes"> {
  /** How many were looked at. */
  readonly pictures: number;
  readonly suspicious: readonly SuspiciousPicture[];
}

/** @throws ClassifierTrainingError as `readPredictedPictures` and opening the data do */
export async function suspiciousLabels({
  run,
  data,
  ...options
}: SuspiciousLabelsRequest): Promise<SuspiciousLabels> {
  const read = await readPredictedPictures(run);
  const predicted =
    data === undefined ? read : await withPictures(data, async (splits) => withLabelsOf(read, splits));
  const { source, classes, names } = predicted;
  return { source, classes, pictures: names.length, suspicious: rankPictures(predicted, options) };
}

/** Ranks the pictures that the model contradicts: those that count as errors first, each by rising score. */
export function rankPictures(
  { classes, names, labels, probabilities }: PredictedPictures,
  options: LabelErrorOptions = {},
): SuspiciousPicture[] {
  const nameOf = (label: number): string => classes[label]!;
  if (!(labels instanceof LabelSets)) {
    const predicted = { probabilities, labels, classes: classes.length };
    return findLabelErrors(predicted, options).map(({ sample, given, suggested, score, isError }) => ({
      ...{ row: sample, name: names[sample]!, score, isError },
      given: nameOf(given),
      suggested: nameOf(suggested),
    }));
  }
  return findLabelSetErrors({ probabilities, labels }, options).map((found) => ({
    ...{ row: found.sample, name: names[found.sample]!, score: found.score, isError: found.isError },
    given: labelsOf(labels, found.sample).map(nameOf),
    suggested: suggestedLabels(labels, found).map(nameOf),
  }));
}

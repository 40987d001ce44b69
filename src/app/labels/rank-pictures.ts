// The pictures whose labels predictions contradict, by how likely the labels are wrong.
import { LabelSets, labelsOf } from "../../core/index.ts";
import type { LabelNames } from "../../data/index.ts";
import {
  findLabelErrors,
  findLabelSetErrors,
  type LabelErrorOptions,
  suggestedLabels,
} from "../../inspect/index.ts";
import type { PredictedPictures } from "./predicted-pictures.ts";

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

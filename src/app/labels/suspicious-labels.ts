// The labels of a data set that are most likely wrong, by what a run or a cross-validation says of its pictures.
import type { LabelErrorOptions } from "../../inspect/index.ts";
import { type DataToolRequest, withPictures } from "../tools/data-tools.ts";
import { type PredictedPictures, readPredictedPictures, withLabelsOf } from "./predicted-pictures.ts";
import { rankPictures, type SuspiciousPicture } from "./rank-pictures.ts";

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

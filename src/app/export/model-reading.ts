// What an exported model's file says of how its logits are read.
import { CALIBRATION_METADATA_KEY, parseCalibration, thresholdsUnder } from "../../calibrate/index.ts";
import type { TaskName } from "../../core/index.ts";
import { LABELS_METADATA_KEY, parseLabelsMapping, type Reading } from "../../inference/index.ts";
import { decodeModel, modelMetadata } from "../../onnx/index.ts";
import { readBytes } from "../../platform/index.ts";

/** How a run's export reads its logits: what its best weights were calibrated to, and the thresholds of its labels. */
export async function readingOf(
  modelFile: string,
  classes: number,
  task: TaskName,
): Promise<Pick<Reading, "calibration" | "thresholds">> {
  const metadata = modelMetadata(decodeModel(await readBytes(modelFile)));
  const calibration = metadata.get(CALIBRATION_METADATA_KEY);
  const labels = metadata.get(LABELS_METADATA_KEY);
  return {
    calibration:
      calibration === undefined ? undefined : parseCalibration(calibration, classes, modelFile, task),
    thresholds: labels === undefined ? undefined : parseLabelsMapping(labels, modelFile).thresholds,
  };
}

/** The thresholds of a model's labels for probabilities that are not calibrated; undefined where none have been chosen. */
export async function uncalibratedThresholds(
  modelFile: string,
  classes: number,
): Promise<readonly number[] | undefined> {
  const { thresholds, calibration } = await readingOf(modelFile, classes, "multi_label");
  return thresholds && thresholdsUnder(thresholds, calibration?.scaling, undefined);
}

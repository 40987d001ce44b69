// What an exported model's file says of how its logits are read, and how that goes along to other exports of the same weights.
import { existsSync } from "node:fs";
import { CALIBRATION_METADATA_KEY, parseCalibration, thresholdsUnder } from "../../calibrate/index.ts";
import type { TaskName } from "../../core/index.ts";
import { exportModel } from "../../export/index.ts";
import {
  LABELS_METADATA_KEY,
  type LabelsMapping,
  parseLabelsMapping,
  type Reading,
} from "../../inference/index.ts";
import {
  decodeModel,
  type ModelProto,
  modelMetadata,
  type TensorProto,
  withMetadata,
} from "../../onnx/index.ts";
import { readBytes } from "../../platform/index.ts";
import { imageSizeOf, type ModelExport, requestOf } from "./write-export.ts";

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

/** What has been chosen for a model's logits, as its metadata has it. */
export interface KeptReading {
  /** The text of its calibration. */
  readonly calibration: string | undefined;
  readonly thresholds: readonly number[] | undefined;
}

/**
 * What has been chosen for the model in a file, where that has the weights that are exported; a line says what is taken along, and what
 * is not.
 */
export async function keptReading(
  modelFile: string,
  source: ModelExport,
  notify: ((line: string) => void) | undefined,
): Promise<KeptReading | undefined> {
  const { model, reading, parts } = await chosenIn(modelFile);
  if (model === undefined || parts === "") return undefined;
  const own = exportModel(requestOf(source, imageSizeOf(source.preprocessing)));
  if (sameWeights(model, decodeModel(own.bytes))) {
    notify?.(`taken along from ${modelFile}: ${parts}`);
    return reading;
  }
  source.warn(`not taken along from ${modelFile}, which has other weights: ${parts}`);
  return undefined;
}

/** In words what has been chosen for the model in a file; "" where nothing has, or where there is no model. */
export async function chosenFor(modelFile: string): Promise<string> {
  return (await chosenIn(modelFile)).parts;
}

/** The bytes of a model and its labels with what has been chosen for it. */
export function withReading(
  bytes: Uint8Array,
  labels: LabelsMapping,
  { calibration, thresholds }: KeptReading,
): { readonly bytes: Uint8Array; readonly labels: LabelsMapping } {
  const read = thresholds === undefined ? labels : { ...labels, thresholds };
  const labelled = withMetadata(bytes, LABELS_METADATA_KEY, JSON.stringify(read));
  return {
    bytes:
      calibration === undefined ? labelled : withMetadata(labelled, CALIBRATION_METADATA_KEY, calibration),
    labels: read,
  };
}

interface Chosen {
  readonly model: ModelProto | undefined;
  readonly reading: KeptReading;
  readonly parts: string;
}

async function chosenIn(modelFile: string): Promise<Chosen> {
  const model = existsSync(modelFile) ? decodeModel(await readBytes(modelFile), modelFile) : undefined;
  const metadata = model === undefined ? new Map<string, string>() : modelMetadata(model);
  const labels = metadata.get(LABELS_METADATA_KEY);
  const reading: KeptReading = {
    calibration: metadata.get(CALIBRATION_METADATA_KEY),
    thresholds: labels === undefined ? undefined : parseLabelsMapping(labels, modelFile).thresholds,
  };
  const parts = Object.entries(reading).flatMap(([name, part]) => (part === undefined ? [] : [name]));
  return { model, reading, parts: parts.join(", ") };
}

/** Whether all constants of the graphs are the same. */
function sameWeights(a: ModelProto, b: ModelProto): boolean {
  const [own, others] = [a, b].map(({ graph }) => graph?.initializer ?? []) as [TensorProto[], TensorProto[]];
  return (
    own.length === others.length &&
    own.every(({ name, rawData }, i) => {
      const other = others[i]!;
      return name === other.name && Buffer.compare(rawData, other.rawData) === 0;
    })
  );
}

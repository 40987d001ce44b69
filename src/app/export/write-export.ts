// Writes an export: compared with the trained model first, then model.onnx and labels_mapping.json.
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { CALIBRATION_METADATA_KEY } from "../../calibrate/index.ts";
import { ClassifierTrainingError } from "../../core/index.ts";
import { type ExportRequest, exportModel, verifyExport } from "../../export/index.ts";
import type { LabelsMapping } from "../../inference/index.ts";
import type { BaseClassificationModel } from "../../models/index.ts";
import type { StateDict } from "../../nn/index.ts";
import { decodeModel, modelMetadata } from "../../onnx/index.ts";
import { readBytes, writeDurably, writeFailed } from "../../platform/index.ts";
import type { Runtime } from "../../runtime/contract.ts";
import type { Preprocessing } from "../../transforms/index.ts";
import { packageVersion } from "../package-version.ts";
import { droppedThresholds } from "./write-thresholds.ts";

/** What is exported, what it is compared in, and where the files go. */
export interface ModelExport {
  readonly model: Pick<BaseClassificationModel, "network" | "classNames" | "architecture" | "labels">;
  readonly weights: StateDict;
  readonly preprocessing: Preprocessing;
  readonly runtime: Runtime;
  readonly threads?: number | undefined;
  /** Folder that receives the files. */
  readonly folder: string;
  /** Receives a line about what is lost with a file that is replaced. */
  readonly warn: (line: string) => void;
}

/** What was written, after the comparison has passed. */
export interface ExportResult {
  /** The model's file. */
  readonly path: string;
  /** Largest difference between its logits and the trained model's, relative to the largest logit where that is above 1. */
  readonly difference: number;
}

/** Writes `model.onnx` and `labels_mapping.json` into a folder. Nothing is written unless the comparison holds. */
export async function writeExport(request: ModelExport): Promise<ExportResult> {
  const { preprocessing } = request;
  const exportRequest = requestOf(request, imageSizeOf(preprocessing));
  const { bytes, labels } = exportModel(exportRequest);
  const difference = await verifyFloat(request, bytes, exportRequest.imageSize);
  return { path: await writeModel(request, "model.onnx", bytes, labels), difference };
}

/** [height, width] of the network's input. @throws ClassifierTrainingError kind "usage" `EXPORT_IMAGE_SIZE` */
export function imageSizeOf({ imageSize }: Preprocessing): readonly [number, number] {
  if (imageSize !== null) return imageSize;
  const message = "the validation transforms fix no image size";
  throw new ClassifierTrainingError("usage", "EXPORT_IMAGE_SIZE", message, {
    where: "transforms.val_transforms",
    hint: "end them with CenterCrop or a Resize to [height, width]",
  });
}

/** What the exporter is told. */
export function requestOf(
  { model, weights, preprocessing }: ModelExport,
  imageSize: readonly [number, number],
): ExportRequest {
  return {
    network: model.network,
    weights,
    preprocessing,
    imageSize,
    task: model.labels.task,
    classNames: model.classNames,
    modelName: model.architecture,
    producerVersion: packageVersion(),
  };
}

/** Compares a float32 model that takes preprocessed pictures with the trained one. @returns the largest difference */
export function verifyFloat(
  { model, weights, runtime, threads }: ModelExport,
  bytes: Uint8Array,
  imageSize: readonly [number, number],
): Promise<number> {
  return verifyExport({ bytes, network: model.network, weights, runtime, threads, imageSize });
}

/** Writes a model and its labels into a folder. @returns the model's path */
export async function writeModel(
  { folder, warn }: Pick<ModelExport, "folder" | "warn">,
  name: string,
  bytes: Uint8Array,
  labels: LabelsMapping,
): Promise<string> {
  const path = join(folder, name);
  if (!isCalibrated(bytes) && existsSync(path) && isCalibrated(await readBytes(path)))
    warn(`${path} is replaced, and its calibration is lost with it: calibrate the new model again`);
  const dropped = labels.thresholds === undefined ? await droppedThresholds(folder) : undefined;
  if (dropped !== undefined) warn(dropped);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw writeFailed(folder, error);
  }
  await writeDurably(join(folder, "labels_mapping.json"), [
    new TextEncoder().encode(`${JSON.stringify(labels, null, 2)}\n`),
  ]);
  await writeDurably(path, [bytes]);
  return path;
}

/** Whether it is a model with a calibration; what cannot be read has none to lose. */
function isCalibrated(bytes: Uint8Array): boolean {
  try {
    return modelMetadata(decodeModel(bytes)).has(CALIBRATION_METADATA_KEY);
  } catch {
    return false;
  }
}

/** The model that a path names: an export itself, or the one in a run's folder. */
export function modelOf(path: string): string {
  const inFolder = join(path, "model.onnx");
  return existsSync(inFolder) ? inFolder : path;
}

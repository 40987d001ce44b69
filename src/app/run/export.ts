// Exports weights of a run: compared with the trained model first, then model.onnx and labels_mapping.json.
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ClassifierTrainingError } from "../../core/index.ts";
import { exportModel, verifyExport } from "../../export/index.ts";
import type { BaseClassificationModel } from "../../models/index.ts";
import type { StateDict } from "../../nn/index.ts";
import { writeDurably, writeFailed } from "../../platform/index.ts";
import type { Runtime } from "../../runtime/contract.ts";
import { loadCheckpoint } from "../../train/index.ts";
import type { Preprocessing } from "../../transforms/index.ts";
import { packageVersion } from "../package-version.ts";
import { openRun, type RunRequest } from "./open-run.ts";

/** What is exported, what it is compared in, and where the files go. */
export interface ModelExport {
  readonly model: BaseClassificationModel;
  readonly weights: StateDict;
  readonly preprocessing: Preprocessing;
  readonly runtime: Runtime;
  readonly threads?: number | undefined;
  /** Folder that receives the files. */
  readonly folder: string;
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
  const { model, weights, preprocessing, runtime, threads, folder } = request;
  const { network } = model;
  if (preprocessing.imageSize === null) {
    throw new ClassifierTrainingError(
      "usage",
      "EXPORT_IMAGE_SIZE",
      "the validation transforms fix no image size",
      {
        where: "transforms.val_transforms",
        hint: "end them with CenterCrop or a Resize to [height, width]",
      },
    );
  }
  const { imageSize } = preprocessing;
  const { bytes, labels } = exportModel({
    network,
    weights,
    preprocessing,
    imageSize,
    classNames: model.classNames,
    modelName: model.architecture,
    producerVersion: packageVersion(),
  });
  const difference = await verifyExport({ bytes, network, weights, runtime, threads, imageSize });
  const path = join(folder, "model.onnx");
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw writeFailed(folder, error);
  }
  await writeDurably(join(folder, "labels_mapping.json"), [
    new TextEncoder().encode(`${JSON.stringify(labels, null, 2)}\n`),
  ]);
  await writeDurably(path, [bytes]);
  return { path, difference };
}

/** The run, and where its export goes. */
export interface ExportWeightsRequest extends RunRequest {
  /** Default: the run's folder. */
  readonly output?: string | undefined;
}

/** Exports the best weights of a finished or interrupted run. */
export async function exportWeights(request: ExportWeightsRequest): Promise<ExportResult> {
  await using opened = await openRun(request);
  const { model, data, settings, runtime, folder, weightsFile } = opened;
  const { tensors } = await loadCheckpoint(weightsFile);
  return await writeExport({
    model,
    weights: tensors,
    preprocessing: data.preprocessing,
    runtime,
    threads: settings.trainer.threads,
    folder: resolve(request.output ?? folder.path),
  });
}

/** The model that a path names: an export itself, or the one in a run's folder. */
export function modelOf(path: string): string {
  const inFolder = join(path, "model.onnx");
  return existsSync(inFolder) ? inFolder : path;
}

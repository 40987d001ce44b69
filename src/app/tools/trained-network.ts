// The network of a run with its weights, without the data that it was trained on.
import type { ComponentRegistry } from "../../config/index.ts";
import type { BaseClassificationModel } from "../../models/index.ts";
import type { StateDict } from "../../nn/index.ts";
import { loadCheckpoint } from "../../train/index.ts";
import { describePreprocessing, type Transform } from "../../transforms/index.ts";
import { configurationOfRun } from "../run/configuration.ts";
import { runFolderOf } from "../run/run-folder.ts";
import { RunParts } from "../run/run-parts.ts";
import { readSettings, type Settings, validateRun } from "../run/settings.ts";

/** A network ready to compute, and what is done to pictures before. */
export interface TrainedNetwork {
  readonly model: BaseClassificationModel;
  readonly settings: Settings;
  readonly weights: StateDict;
  readonly transform: Transform;
}

/** What differs from how the run was trained. */
export interface TrainedNetworkRequest {
  readonly overrides?: readonly string[];
  readonly registry: ComponentRegistry;
}

/**
 * The best weights of a run, or those of the checkpoint that is named.
 * @throws ClassifierTrainingError kind "usage" `NOT_A_RUN`, or where there are no weights
 */
export async function trainedNetwork(
  path: string,
  { overrides = [], registry }: TrainedNetworkRequest,
): Promise<TrainedNetwork> {
  const folder = runFolderOf(path);
  const composition = configurationOfRun(folder, overrides);
  await validateRun(composition);
  const { tensors, state } = await loadCheckpoint(
    path.endsWith(".safetensors") ? path : folder.bestCheckpoint,
  );
  const parts = new RunParts(composition, registry);
  const model = await parts.model();
  const samples = tensors.get("neighbors.samples");
  const { identity } = state as { readonly identity: { readonly classes: readonly string[] } };
  const transform = await parts.evaluationTransform(model);
  model.setup({
    name: parts.task,
    classNames: identity.classes,
    imageSize: describePreprocessing(transform).imageSize,
    ...(samples === undefined ? {} : { trainingPictures: samples.shape[0]! }),
  });
  return { model, settings: readSettings(composition), weights: tensors, transform };
}

// Opens a finished or interrupted run: its configuration, data, model and weights.
import { existsSync } from "node:fs";
import type { ComponentRegistry } from "../../config/index.ts";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { DataModule } from "../../data/index.ts";
import type { BaseClassificationModel } from "../../models/index.ts";
import type { Runtime } from "../../runtime/contract.ts";
import { runtimeOf } from "../runtimes.ts";
import { configurationOfRun } from "./configuration.ts";
import { keptData } from "./kept-data.ts";
import { newestRun, type RunFolder, runFolderOf } from "./run-folder.ts";
import { RunParts, setUp } from "./run-parts.ts";
import { readSettings, type Settings, validateRun } from "./settings.ts";

/** Which run, and what differs from how it was trained. */
export interface RunRequest {
  /** Folder of a run or a checkpoint in one; default: the newest run under `outputs`. */
  readonly run?: string | undefined;
  /** Settings that differ from the run's. */
  readonly overrides: readonly string[];
  readonly registry: ComponentRegistry;
  /** Receives what a person should know. */
  readonly write?: (line: string) => void;
}

/** A run ready to be used. Disposing of it ends the data's threads. */
export interface OpenedRun extends AsyncDisposable {
  readonly folder: RunFolder;
  readonly settings: Settings;
  readonly runtime: Runtime;
  readonly data: DataModule;
  readonly model: BaseClassificationModel;
  /** The checkpoint that was named, or the best weights. */
  readonly weightsFile: string;
}

/** @throws ClassifierTrainingError kind "usage" `NOT_A_RUN`, `NO_RUN`, or kind "data" where its data is gone. */
export async function openRun({ run, overrides, registry, write }: RunRequest): Promise<OpenedRun> {
  const folder = runFolderOf(run ?? (await newestRunFolder(write)));
  const composition = configurationOfRun(folder, overrides);
  await validateRun(composition);
  const settings = readSettings(composition);
  const { runtime } = await runtimeOf(settings);
  const parts = new RunParts(composition, registry);
  const model = await parts.model();
  const data = await dataOf(folder, overrides, parts, model);
  await setUp(model, data, parts);
  return {
    folder,
    settings,
    runtime,
    data,
    model,
    weightsFile: run?.endsWith(".safetensors") === true ? run : folder.bestCheckpoint,
    [Symbol.asyncDispose]: () => data.close(),
  };
}

/**
 * The data of a run, or what is given instead, to be judged by: nothing is asked of its number and its classes. Closing it is the
 * caller's.
 */
export async function openRunData({
  run,
  overrides,
  registry,
}: RunRequest & { readonly run: string }): Promise<DataModule> {
  const folder = runFolderOf(run);
  const composition = configurationOfRun(folder, overrides);
  await validateRun(composition);
  const parts = new RunParts(composition, registry);
  return await dataOf(folder, overrides, parts, await parts.model());
}

function dataOf(
  folder: RunFolder,
  overrides: readonly string[],
  parts: RunParts,
  model: BaseClassificationModel,
): Promise<DataModule> {
  return parts.data(keptData(folder, overrides), model, "evaluation");
}

/** The newest run here that has weights; says which it is. @throws ClassifierTrainingError kind "usage" `NO_RUN` */
export async function newestRunFolder(write?: (line: string) => void): Promise<string> {
  const folder = await newestRun("outputs", ({ bestCheckpoint }) => bestCheckpoint);
  if (folder !== undefined) {
    write?.(`run: ${folder.path}`);
    return folder.path;
  }
  throw new ClassifierTrainingError("usage", "NO_RUN", "there is no finished run here", {
    where: "outputs",
    hint: existsSync("outputs")
      ? "name the run's folder"
      : "train first: classifier-training train data.root=./photos",
  });
}

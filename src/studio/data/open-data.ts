// Opens the data set that the studio shows, as it lies: pictures that came split in their parts, others in one.
import { type ConfigurationRequest, composeRun, picturesOf } from "../../app/index.ts";
import { readTask } from "../../app/run/settings.ts";
import { type ComponentRegistry, type Composition, resolveConfig, toPlain } from "../../config/index.ts";
import type { TaskName } from "../../core/index.ts";
import type { DatasetSplits } from "../../data/index.ts";

/** What is opened, and who hears of what is wrong with it. */
export interface OpenDataRequest {
  readonly configuration: ConfigurationRequest;
  readonly registry: ComponentRegistry;
  /** Modules of the user that have registered components. */
  readonly imports: readonly string[];
  note(line: string): void;
}

/** A data set without a split of its own. */
export interface OpenData {
  /** The words that it was opened with, for the commands that the studio runs. */
  readonly configuration: ConfigurationRequest;
  readonly imports: readonly string[];
  readonly task: TaskName;
  /** `data.root`; undefined where the data has none. */
  readonly root: string | undefined;
  readonly splits: DatasetSplits;
}

/** @throws ClassifierTrainingError as composing the configuration and opening its data do */
export async function openData({
  configuration,
  registry,
  imports,
  note,
}: OpenDataRequest): Promise<OpenData> {
  const composition = await composeRun(configuration);
  const splits = await picturesOf({ composition, registry });
  for (const warning of splits.warnings) note(warning);
  return { configuration, imports, task: readTask(composition), root: rootOf(composition), splits };
}

function rootOf(composition: Composition): string | undefined {
  const { data } = toPlain(resolveConfig(composition)) as { readonly data?: { readonly root?: unknown } };
  return typeof data?.root === "string" ? data.root : undefined;
}

// From command-line words to a composed configuration and the folder its run writes to.
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type ComposeOptions,
  type Composition,
  compose,
  inOwnTerms,
  PRIMARY_CONFIG,
  resolveKey,
  runFiles,
  runFolder,
  SHIPPED_CONFIGS,
  toPlain,
  withHydraFacts,
} from "../../config/index.ts";
import { ClassifierTrainingError } from "../../core/index.ts";
import { composeWithHints } from "./hints.ts";
import { newestRun, RunFolder, runFolderOf } from "./run-folder.ts";
import { withWeightsSize } from "./weights-size.ts";

/** The words of the command line, as far as they say what the configuration is. */
export interface ConfigurationRequest {
  /** `key=value`, `group=option`, ... */
  readonly overrides: readonly string[];
  /** Primary configuration, without `.yaml`; default `train`. */
  readonly configName?: string | undefined;
  /** A folder of the user's configurations, searched before the shipped ones. */
  readonly configDir?: string | undefined;
  /** A folder of configurations instead of the shipped ones. */
  readonly configPath?: string | undefined;
}

/** A configuration and the folder that its run has, new or resumed. */
export interface RunConfiguration {
  readonly composition: Composition;
  readonly folder: RunFolder;
  /** Where to continue from; undefined: from the start. */
  readonly checkpoint: string | undefined;
  readonly warnings: readonly string[];
}

/** Composes a configuration and settles where the run writes: a new folder, or that of the run it continues. */
export async function configureRun(request: ConfigurationRequest): Promise<RunConfiguration> {
  const planned = await composeRun(request);
  const given = planned.config.entries.has("ckpt") ? toPlain(resolveKey(planned, "ckpt")) : null;
  const { folder, checkpoint, warnings } = await findCheckpoint(
    typeof given === "string" ? given : undefined,
    planned,
    request.overrides.some((override) => /^\+{0,2}hydra\.run\.dir=/.test(override)),
  );
  return { composition: locatedAt(planned, folder.path), folder, checkpoint, warnings };
}

/** The configuration of a run that writes to `hydra.run.dir`. */
export async function composeRun(request: ConfigurationRequest): Promise<Composition> {
  const composition = await composeWithHints(composeOptions(request));
  return withWeightsSize(inOwnTerms(locatedAt(composition, runFolder(composition))));
}

const locatedAt = (composition: Composition, folder: string): Composition =>
  withHydraFacts(composition, { runtime: { output_dir: folder } });

/** Where a configuration is searched for, and what it is made of. */
export function composeOptions(request: ConfigurationRequest): ComposeOptions {
  const { overrides, configName = PRIMARY_CONFIG, configDir, configPath } = request;
  const own = configDir === undefined ? [] : [{ provider: "--config-dir", path: configDir }];
  const base = configPath === undefined ? SHIPPED_CONFIGS : { provider: "--config-path", path: configPath };
  return { searchPath: [...own, base], configName, overrides };
}

async function findCheckpoint(
  ckpt: string | undefined,
  composition: Composition,
  ownFolder: boolean,
): Promise<Pick<RunConfiguration, "folder" | "checkpoint" | "warnings">> {
  const planned = new RunFolder(runFolder(composition));
  if (ckpt === undefined) return { folder: planned, checkpoint: undefined, warnings: [] };
  if (ckpt !== "last") {
    requireFile(ckpt);
    return { folder: ownFolder ? planned : runFolderOf(ckpt), checkpoint: ckpt, warnings: [] };
  }
  const where = ownFolder ? planned.path : outputsOf(composition);
  const run = ownFolder ? planned : await newestRun(where, ({ lastCheckpoint }) => lastCheckpoint);
  if (run !== undefined && existsSync(run.lastCheckpoint)) {
    return { folder: run, checkpoint: run.lastCheckpoint, warnings: [] };
  }
  return {
    folder: planned,
    checkpoint: undefined,
    warnings: [`ckpt=last: no checkpoint in ${where}; starting anew`],
  };
}

/** The folder that all runs have in common: `outputs` of `outputs/${now:%Y-%m-%d}/${now:%H-%M-%S}`. */
function outputsOf({ hydra }: Composition): string {
  const written = toPlain(hydra) as { run: { dir: string } };
  const [fixed = ""] = written.run.dir.split("${");
  return fixed.includes("/") ? fixed.slice(0, fixed.lastIndexOf("/")) || "/" : ".";
}

function requireFile(checkpoint: string): void {
  if (existsSync(checkpoint)) return;
  throw new ClassifierTrainingError("usage", "CHECKPOINT_MISSING", "there is no such checkpoint", {
    where: checkpoint,
    hint: "give a path such as outputs/<date>/<time>/checkpoints/last.safetensors, or ckpt=last",
  });
}

/** Writes `.hydra/config.yaml`, `hydra.yaml` and `overrides.yaml`. */
export async function writeHydraFiles({ composition, folder }: RunConfiguration): Promise<void> {
  for (const [name, text] of Object.entries(runFiles(composition))) {
    await folder.write(join(folder.hydraFolder, name), text);
  }
}

/** The configuration of a finished or interrupted run, with further overrides. */
export function configurationOfRun(folder: RunFolder, overrides: readonly string[]): Composition {
  return compose({
    searchPath: [{ provider: "run", path: folder.hydraFolder }],
    configName: "config",
    overrides,
    hydra: { runtime: { output_dir: folder.path } },
  });
}

// From command-line words to a composed configuration and the folder its run writes to.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  type ComposeOptions,
  type Composition,
  compose,
  inOwnTerms,
  PRIMARY_CONFIG,
  runFiles,
  runFolder,
  SHIPPED_CONFIGS,
  toPlain,
} from "../../config/index.ts";
import { ClassifierTrainingError } from "../../core/index.ts";
import { newestRun, RunFolder, runFolderOf } from "./run-folder.ts";

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

export interface RunConfiguration {
  readonly composition: Composition;
  readonly folder: RunFolder;
  /** Where to continue from; undefined: from the start. */
  readonly checkpoint: string | undefined;
  readonly warnings: readonly string[];
}

/** Composes a configuration and settles where the run writes: a new folder, or that of the run it continues. */
export async function configureRun(request: ConfigurationRequest): Promise<RunConfiguration> {
  const first = compose(composeOptions(request));
  const ckpt = toPlain(first.config) as { ckpt?: unknown };
  const given = typeof ckpt.ckpt === "string" ? ckpt.ckpt : undefined;
  const ownFolder = request.overrides.some((override) => /^\+{0,2}hydra\.run\.dir=/.test(override));
  const planned = new RunFolder(runFolder(first));
  const { folder, checkpoint, warnings } = await findCheckpoint(
    given,
    ownFolder ? planned : undefined,
    planned,
  );
  const composition = composeFor(request, folder.path);
  return { composition, folder, checkpoint, warnings };
}

/** The configuration of a run that writes to `hydra.run.dir`. */
export function composeRun(request: ConfigurationRequest): Composition {
  return composeFor(request, runFolder(compose(composeOptions(request))));
}

function composeFor(request: ConfigurationRequest, folder: string): Composition {
  return inOwnTerms(compose({ ...composeOptions(request), hydra: { runtime: { output_dir: folder } } }));
}

/** Where a configuration is searched for, and what it is made of. */
export function composeOptions(request: ConfigurationRequest): ComposeOptions {
  const { overrides, configName = PRIMARY_CONFIG, configDir, configPath } = request;
  const own = configDir === undefined ? [] : [{ provider: "--config-dir", path: configDir }];
  const base = configPath === undefined ? SHIPPED_CONFIGS : { provider: "--config-path", path: configPath };
  return { searchPath: [...own, base], configName, overrides };
}

async function findCheckpoint(
  ckpt: string | undefined,
  ownFolder: RunFolder | undefined,
  planned: RunFolder,
): Promise<Pick<RunConfiguration, "folder" | "checkpoint" | "warnings">> {
  if (ckpt === undefined) return { folder: planned, checkpoint: undefined, warnings: [] };
  if (ckpt !== "last") {
    requireFile(ckpt);
    return { folder: ownFolder ?? runFolderOf(ckpt), checkpoint: ckpt, warnings: [] };
  }
  const outputs = dirname(dirname(planned.path));
  const run = ownFolder ?? (await newestRun(outputs, ({ lastCheckpoint }) => lastCheckpoint));
  if (run !== undefined && existsSync(run.lastCheckpoint)) {
    return { folder: run, checkpoint: run.lastCheckpoint, warnings: [] };
  }
  const where = ownFolder?.path ?? outputs;
  return {
    folder: planned,
    checkpoint: undefined,
    warnings: [`ckpt=last: no checkpoint in ${where}; starting anew`],
  };
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

// A multirun: its folder, its jobs in batches, and the configuration of each.
import { type ComposeOptions, type Composition, compose, resolveKey } from "../composition/compose.ts";
import { multirunFile } from "../composition/run-files.ts";
import { configError } from "../config-error.ts";
import { type ConfigNode, childOf, nodeAt, type Plain, toPlain } from "../node.ts";
import { isHydraOverride } from "../overrides/override.ts";
import { expandSweep, type Job } from "./sweep.ts";

/** One combination of values. */
export interface SweepJob {
  /** Position over all batches, from 0: `hydra.job.num`. */
  readonly number: number;
  /** `hydra.job.id`. */
  readonly id: string;
  /** The job's overrides, without those of the hydra node. */
  readonly overrides: Job;
}

/** Everything that is known of a sweep before its first job. */
export interface SweepPlan {
  /** `hydra.sweep.dir`. */
  readonly directory: string;
  /** Text of `multirun.yaml`. */
  readonly multirunYaml: string;
  readonly batches: readonly (readonly SweepJob[])[];
  /**
   * Composes the configuration of a job, with one time for the whole sweep. Compose all jobs of a batch before the
   * first one runs. `hydra` holds further facts of the job, such as `runtime.output_dir`.
   */
  compose(job: SweepJob, hydra?: { readonly [key: string]: Plain }): Composition;
  /** The folder of a composed job: `hydra.sweep.dir`/`hydra.sweep.subdir`. */
  folder(composition: Composition): string;
}

/** Plans the jobs of `--multirun`. @throws CONFIG_SWEEP and what composing throws. */
export function planSweep(options: ComposeOptions): SweepPlan {
  const shared: ComposeOptions = { ...options, now: options.now ?? new Date() };
  const master = compose({ ...shared, multirun: true, hydra: withMode(options.hydra, {}) });
  const hydraOverrides = master.overrides.filter(isHydraOverride).map(({ text }) => text);
  const jobs = expandSweep({
    overrides: master.overrides.filter((each) => !isHydraOverride(each)).map(({ text }) => text),
    params: toPlainMap(nodeAt(master.hydra, ["sweeper", "params"])),
    options: (group) => master.repository.options(group),
    maxBatchSize: batchSize(nodeAt(master.hydra, ["sweeper", "max_batch_size"])),
  });
  const name = textOf(nodeAt(master.hydra, ["job", "name"])) ?? "job";
  let number = 0;
  const batches = jobs.map((batch) =>
    batch.map((overrides) => ({ number, id: `${name}_${number++}`, overrides })),
  );
  return {
    directory: folderText(master, "hydra.sweep.dir"),
    multirunYaml: multirunFile(master),
    batches,
    compose: (job, hydra = {}) =>
      compose({
        ...shared,
        overrides: [...hydraOverrides, ...job.overrides],
        hydra: withMode(options.hydra, { ...hydra, job: { num: job.number, id: job.id } }),
      }),
    folder: (composition) => {
      const subfolder = folderText(composition, "hydra.sweep.subdir");
      return subfolder === ""
        ? folderText(composition, "hydra.sweep.dir")
        : `${folderText(composition, "hydra.sweep.dir")}/${subfolder}`;
    },
  };
}

/** The folder of a single run: `hydra.run.dir`. */
export const runFolder = (composition: Composition): string => folderText(composition, "hydra.run.dir");

/** Whether `--multirun` is on: `hydra.mode` decides where it is set, else the flag. */
export function isMultirun({ hydra }: Composition, flag: boolean): boolean {
  const mode = textOf(childOf(hydra, "mode"));
  return mode === undefined ? flag : mode.toUpperCase() === "MULTIRUN";
}

function withMode(facts: Plain | undefined, more: { readonly [key: string]: Plain }): Plain {
  const own = typeof facts === "object" && facts !== null && !Array.isArray(facts) ? facts : {};
  return { ...own, ...more, mode: "MULTIRUN" };
}

function folderText(composition: Composition, key: string): string {
  const text = textOf(resolveKey(composition, key)) ?? String(toPlain(resolveKey(composition, key)));
  if (text === "???" || text === "null")
    throw configError("CONFIG_MISSING_VALUE", `"${key}" must be given`, { hint: `write ${key}=FOLDER` });
  return text;
}

const textOf = (node: ConfigNode | undefined): string | undefined =>
  node?.kind === "scalar" && node.type === "str" ? String(node.value) : undefined;

function toPlainMap(node: ConfigNode | undefined): Readonly<Record<string, unknown>> {
  return node?.kind === "map" ? (toPlain(node) as Record<string, unknown>) : {};
}

function batchSize(node: ConfigNode | undefined): number | null {
  if (node === undefined || (node.kind === "scalar" && node.type === "null")) return null;
  if (node.kind === "scalar" && node.type === "int") return Number(node.value);
  throw configError("CONFIG_VALUE", "hydra.sweeper.max_batch_size must be a whole number or null");
}

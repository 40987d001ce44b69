// The processes that a launcher has started for one run: they join, and make one run of what each has configured.
import { hostname } from "node:os";
import { openCollective, processesStarted, rankStarted } from "../../collective/index.ts";
import { resolveKey, toPlain, withHydraFacts } from "../../config/index.ts";
import { ClassifierTrainingError, PROCESS_LOST } from "../../core/index.ts";
import type { Collective } from "../../runtime/collective.ts";
import type { Json } from "../../train/index.ts";
import type { RunConfiguration } from "../run/configuration.ts";
import type { Notify } from "../run/notices.ts";
import { RunFolder } from "../run/run-folder.ts";
import { validateRun } from "../run/settings.ts";
import { runError } from "../run/summary.ts";

/**
 * Joins the processes that were started together, as `trainer.strategy` has it.
 * @throws ClassifierTrainingError what the configuration is refused for, `COLLECTIVE_UNAVAILABLE`, `COLLECTIVE_FAILED`
 */
export async function joinProcesses({ composition }: RunConfiguration): Promise<Collective> {
  // What is wrong with a configuration is wrong for all: said before they depend on each other.
  if (processesStarted(process.env) > 1) await validateRun(composition);
  const trainer = composition.config.entries.get("trainer");
  const given = trainer?.kind === "map" && trainer.entries.has("strategy");
  const strategy = given ? toPlain(resolveKey(composition, "trainer.strategy")) : "auto";
  return openCollective(strategy === "single" || strategy === "mpi" ? strategy : "auto");
}

/**
 * Does something with a run as one of the processes that were started together, each of which does the same. Where it fails
 * here, it fails for all.
 */
export async function together<T>(
  run: RunConfiguration,
  work: (run: RunConfiguration, collective: Collective) => Promise<T>,
): Promise<T> {
  const collective = await joinProcesses(run);
  try {
    const result = await work(await sharedRun(run, collective), collective);
    await collective.close();
    return result;
  } catch (error) {
    await endOthers(collective, error);
    throw error;
  }
}

/** Tells the other processes why this one ends, unless one of them has told. */
async function endOthers(collective: Collective, error: unknown): Promise<void> {
  const { code, message } = runError(error);
  if (collective.size === 1 || code === PROCESS_LOST) return;
  const kind = error instanceof ClassifierTrainingError ? error.kind : "failure";
  await collective.fail(`process ${collective.rank} on ${hostname()} has failed: ${message} [${code}]`, kind);
}

/** The run of the first process: its moment, its folder and the checkpoint that it found are those of all. */
export async function sharedRun(run: RunConfiguration, collective: Collective): Promise<RunConfiguration> {
  if (collective.size === 1) return run;
  const { interpolation } = run.composition;
  const own = { now: interpolation.now, folder: run.folder.path, checkpoint: run.checkpoint };
  const { now, folder, checkpoint } = (await collective.gather(own))[0]!;
  const composition = { ...run.composition, interpolation: { ...interpolation, now } };
  return {
    ...run,
    composition: withHydraFacts(composition, { runtime: { output_dir: folder } }),
    folder: new RunFolder(folder),
    checkpoint,
  };
}

/**
 * Checks that all processes are about to train the same.
 * @throws ClassifierTrainingError kind "usage" `PROCESSES_DIFFER` naming what differs
 */
export async function assertSameRun(
  identity: Readonly<Record<string, Json>>,
  collective: Collective,
): Promise<void> {
  if (collective.size === 1) return;
  const [first, ...others] = await collective.gather({ host: hostname(), identity });
  for (const [i, { host, identity: other }] of others.entries()) {
    const differing = Object.keys({ ...first!.identity, ...other }).find(
      (key) => JSON.stringify(first!.identity[key]) !== JSON.stringify(other[key]),
    );
    if (differing === undefined) continue;
    const message = `process 0 on ${first!.host} and process ${i + 1} on ${host} would train differently: ${differing}`;
    throw new ClassifierTrainingError("usage", "PROCESSES_DIFFER", message, {
      hint: "give all of them the same pictures and settings",
    });
  }
}

/** The first process tells what the others were warned of and it was not. */
export async function tellOfOthers(
  warnings: readonly string[],
  collective: Collective,
  notify: Notify,
): Promise<void> {
  if (collective.size === 1) return;
  const all = await collective.gather({ host: hostname(), warnings: [...warnings] });
  if (collective.rank > 0) return;
  for (const [rank, { host, warnings: theirs }] of all.entries())
    for (const line of theirs)
      if (!warnings.includes(line)) notify("WARNING", `process ${rank} on ${host}: ${line}`);
}

/** Notices of one of several processes: the first tells all, the others what goes wrong with them. */
export function noticesOf({ rank, size }: Collective, notify: Notify): Notify {
  if (size === 1 || rank === 0) return notify;
  return (level, line) => {
    if (level === "WARNING" || level === "ERROR") notify(level, `process ${rank} on ${hostname()}: ${line}`);
  };
}

/** Whether this process is the first of those that a launcher has started, or the only one. */
export function isFirstProcess(environment: NodeJS.ProcessEnv = process.env): boolean {
  return rankStarted(environment) === 0;
}

/**
 * Refuses what several processes would each do by themselves, such as a sweep.
 * @throws ClassifierTrainingError kind "usage" `SEVERAL_PROCESSES`
 */
export function assertOneProcess(what: string, environment: NodeJS.ProcessEnv = process.env): void {
  const count = processesStarted(environment);
  if (count <= 1) return;
  const message = `${count} processes were started together, and each would do the whole of ${what}`;
  throw new ClassifierTrainingError("usage", "SEVERAL_PROCESSES", message, {
    hint: "start it without mpirun or srun",
  });
}

/** What several processes make of a batch: `2 processes with 16 pictures each, batches of 32`. */
export function processesLine({
  batchSize,
  processes,
}: Readonly<Record<"batchSize" | "processes", number>>): string {
  return `${processes} processes with ${batchSize} pictures each, batches of ${batchSize * processes}; the learning rate is as given`;
}

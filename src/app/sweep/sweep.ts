// A sweep: one training for every combination of values, one after another, with a ledger of what is done.
import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  type ComponentRegistry,
  type Composition,
  compose,
  isMultirun,
  LEDGER_FILE,
  type LedgerEntry,
  ledgerLine,
  missingJobs,
  planSweep,
  readLedger,
  type SweepJob,
  type SweepPlan,
  sweepTable,
} from "../../config/index.ts";
import { ClassifierTrainingError, EVALUATION_HEADLINES } from "../../core/index.ts";
import { writeDurably, writeFailed } from "../../platform/index.ts";
import type { RunSummary } from "../../report/index.ts";
import { assertOneProcess } from "../processes/processes.ts";
import {
  type ConfigurationRequest,
  composeOptions,
  configureRun,
  type RunConfiguration,
} from "../run/configuration.ts";
import { RunFolder } from "../run/run-folder.ts";
import { train } from "../run/train.ts";
import { withWeightsSize } from "../run/weights-size.ts";

/** A configuration whose overrides sweep, and how its jobs are watched and stopped. */
export interface SweepRequest {
  readonly request: ConfigurationRequest;
  readonly registry: ComponentRegistry;
  readonly signal: AbortSignal;
  readonly write: (line: string) => void;
}

/** How a sweep ended, whether all of its jobs are done or not. */
export interface SweepResult {
  readonly directory: string;
  /** Jobs with their final metrics. */
  readonly table: string;
  /** Some job failed, was interrupted or has not begun. */
  readonly unfinished: boolean;
  /** The first failure; the other jobs ran all the same. */
  readonly error: unknown;
}

/** Metrics that the table shows, where a job has them. */
const TABLE_METRICS = [
  "val/loss",
  ...["val", "test"].flatMap((stage) => EVALUATION_HEADLINES.map((name) => `${stage}/${name}`)),
];

/** The one run that a command line without `--multirun` asks for; undefined where `hydra.mode` makes it a sweep. */
export async function singleRun(request: ConfigurationRequest): Promise<RunConfiguration | undefined> {
  try {
    const run = await configureRun(request);
    return isMultirun(run.composition, false) ? undefined : run;
  } catch (error) {
    const severalValues = error instanceof ClassifierTrainingError && error.code === "CONFIG_SWEEP";
    if (severalValues && isMultirun(compose({ ...composeOptions(request), multirun: true }), false))
      return undefined;
    throw error;
  }
}

/**
 * Runs the jobs that the sweep's folder does not have completed yet. A failing job does not stop those of its batch;
 * later batches are skipped behind it.
 */
export async function sweep({ request, registry, signal, write }: SweepRequest): Promise<SweepResult> {
  assertOneProcess("the sweep");
  const plan = planSweep(composeOptions(request));
  const ledger = await Ledger.open(plan);
  let error: unknown;
  for (const batch of plan.batches) {
    if (error !== undefined) break;
    const missing = ledger.missing(batch);
    for (const { number, overrides } of batch) {
      if (!missing.some((job) => job.number === number))
        write(`job ${number}: done before: ${overrides.join(" ")}`);
    }
    // All of a batch is composed before the first job runs: a mistake shows at once.
    const composed = missing.map((job) => ({ job, composition: withWeightsSize(plan.compose(job)) }));
    for (const { job, composition } of composed) {
      if (signal.aborted) break;
      write(`job ${job.number}: ${job.overrides.join(" ")}`);
      const failure = await runJob({ plan, job, composition, ledger, registry, signal, write });
      error ??= failure;
    }
  }
  const unfinished = plan.batches.some((batch) => ledger.missing(batch).length > 0);
  return { directory: ledger.directory, table: ledger.table(), unfinished, error };
}

interface JobRun {
  readonly plan: SweepPlan;
  readonly job: SweepJob;
  readonly composition: Composition;
  readonly ledger: Ledger;
  readonly registry: ComponentRegistry;
  readonly signal: AbortSignal;
  readonly write: (line: string) => void;
}

/** Trains one job and writes it into the ledger; returns its failure. An interrupted job goes on from its checkpoint. */
async function runJob({ plan, job, composition, ledger, registry, signal, write }: JobRun): Promise<unknown> {
  const folder = new RunFolder(plan.folder(composition));
  const checkpoint = existsSync(folder.lastCheckpoint) ? folder.lastCheckpoint : undefined;
  const begin = performance.now();
  let summary: RunSummary | undefined;
  let failure: unknown;
  try {
    const located = plan.compose(job, { runtime: { output_dir: folder.path } });
    summary = await train(
      { composition: located, folder, checkpoint, warnings: [] },
      { registry, signal, write },
    );
  } catch (error) {
    failure = error;
    write(
      `job ${job.number} failed: ${error instanceof ClassifierTrainingError ? error.toLine() : String(error)}`,
    );
  }
  const metrics = Object.entries(summary?.metrics ?? {}).filter(([name]) => TABLE_METRICS.includes(name));
  await ledger.add({
    job: job.number,
    overrides: job.overrides,
    status:
      failure !== undefined ? "failed" : summary!.status === "interrupted" ? "interrupted" : "completed",
    seconds: (performance.now() - begin) / 1000,
    metrics: Object.fromEntries(metrics),
    ...(failure === undefined ? {} : { error: failure instanceof Error ? failure.message : String(failure) }),
  });
  return failure;
}

/** What of a sweep is done, in its folder. */
class Ledger {
  readonly directory: string;
  readonly #file: string;
  readonly #entries: Map<number, LedgerEntry>;

  private constructor(directory: string, entries: readonly LedgerEntry[]) {
    this.directory = directory;
    this.#file = join(directory, LEDGER_FILE);
    this.#entries = new Map(entries.map((entry) => [entry.job, entry]));
  }

  static async open({ directory, multirunYaml }: SweepPlan): Promise<Ledger> {
    const path = resolve(directory);
    try {
      await mkdir(path, { recursive: true });
    } catch (error) {
      throw writeFailed(path, error);
    }
    await writeDurably(join(path, "multirun.yaml"), [new TextEncoder().encode(multirunYaml)]);
    const file = join(path, LEDGER_FILE);
    return new Ledger(path, existsSync(file) ? readLedger(await readFile(file, "utf8"), file) : []);
  }

  missing(jobs: readonly SweepJob[]): SweepJob[] {
    return missingJobs(jobs, [...this.#entries.values()], this.#file);
  }

  async add(entry: LedgerEntry): Promise<void> {
    this.#entries.set(entry.job, entry);
    try {
      await appendFile(this.#file, ledgerLine(entry), { flush: true });
    } catch (error) {
      throw writeFailed(this.#file, error);
    }
  }

  table(): string {
    const entries = [...this.#entries.values()].sort((a, b) => a.job - b.job);
    const shown = TABLE_METRICS.filter((name) => entries.some(({ metrics }) => metrics[name] !== undefined));
    return sweepTable(entries, shown);
  }
}

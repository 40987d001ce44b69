// The end of a training: its summary, and its report.
import { RunReport } from "../../callbacks/index.ts";
import type { RunError, RunSummary } from "../../report/index.ts";
import type { FitResult, Metrics } from "../../train/index.ts";
import { writeReport } from "../report/report.ts";
import { leftOutLine, leftOutOf } from "./bad-pictures.ts";
import type { RunProgress } from "./fit-run.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { writeSummary } from "./summary.ts";

/** What has come of a run besides its fit. */
export interface Outcome {
  readonly tested?: Metrics;
  readonly exported?: string;
  readonly error?: RunError;
}

/** Tells of pictures left out, and writes the summary. */
export async function finishRun(
  prepared: PreparedRun,
  progress: RunProgress,
  result: FitResult,
  { tested, exported, error }: Outcome = {},
): Promise<RunSummary> {
  const { run, collective, settings, chosen, data, model, trainer, checkpoints, notify } = prepared;
  await trainer.finishLogging();
  const leftOut = leftOutLine(data, "summary.json says why");
  if (leftOut !== undefined && collective.rank === 0) notify("WARNING", leftOut);
  const session = trainer.engine?.session;
  const summary: RunSummary = {
    status: result.status,
    reason: result.reason,
    error,
    epochs: result.progress.epoch,
    steps: result.progress.step,
    best: checkpoints?.best,
    metrics: { ...result.metrics, ...tested },
    images_per_second: progress.throughput.imagesPerSecond,
    data_wait: progress.throughput.dataWait,
    wall_seconds: progress.seconds,
    runtime: chosen.runtime.name,
    precision: session?.precision ?? settings.trainer.precision ?? "32-true",
    threads: session?.threads ?? 0,
    seed: settings.seed,
    model: model.architecture,
    classes: data.classes,
    bad_pictures: leftOutOf(data).map(({ name, message }) => ({ name, problem: message })),
    export: exported,
  };
  if (collective.rank === 0) await run.folder.write(run.folder.summaryFile, writeSummary(summary));
  return summary;
}

/** Writes the report where the callbacks ask for one and the run has ended by itself. */
export async function reportRun(
  { run, settings, data, model, callbacks, notify, chosen }: PreparedRun,
  { status }: RunSummary,
): Promise<void> {
  const reporting = callbacks.find((callback) => callback instanceof RunReport);
  const devRun = (settings.trainer.fastDevRun ?? 0) > 0;
  if (reporting === undefined || status === "interrupted" || devRun) return;
  const { maxPictures } = reporting;
  const { threads } = settings.trainer;
  const note = (line: string): void => notify("INFO", line);
  const request = { folder: run.folder, data, model, maxPictures, runtime: chosen.runtime, threads, note };
  notify("INFO", `report ${await writeReport(request)}`);
}

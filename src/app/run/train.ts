// Trains a model as configured: fit, export the best weights, test them, write the summary.

import type { RunSummary } from "../../report/index.ts";
import { onMainProcess } from "../../train/index.ts";
import { sharedRun, together } from "../processes/processes.ts";
import { gatherBadPictures } from "./bad-pictures.ts";
import { beginRun } from "./begin-run.ts";
import type { RunConfiguration } from "./configuration.ts";
import { finishRun, reportRun } from "./finish-run.ts";
import { fitRun, RunProgress } from "./fit-run.ts";
import type { RunLock } from "./lock/run-lock.ts";
import { type JoinedOptions, prepareRun, type TrainOptions } from "./prepare-run.ts";
import { runError } from "./summary.ts";
import { testBest } from "./test.ts";

export type { TrainOptions } from "./prepare-run.ts";

/**
 * Runs a whole training. The summary is also written when it fails or is interrupted. Processes that a launcher has
 * started train together; all of them are given the summary.
 */
export async function train(run: RunConfiguration, options: TrainOptions): Promise<RunSummary> {
  const { collective } = options;
  if (collective !== undefined)
    return trainTogether(await sharedRun(run, collective), { ...options, collective });
  return together(run, (shared, joined) => trainTogether(shared, { ...options, collective: joined }));
}

async function trainTogether(run: RunConfiguration, options: JoinedOptions): Promise<RunSummary> {
  const { collective } = options;
  await using prepared = await prepareRun(run, options);
  let lock: RunLock | undefined;
  await onMainProcess(collective, async () => {
    lock = await beginRun(prepared);
  });
  await using _lock = lock;
  const progress = new RunProgress();
  let summary: RunSummary;
  try {
    const result = await fitRun(prepared, progress, options.signal);
    await gatherBadPictures(prepared.data, collective);
    const { exporter } = prepared;
    if (options.isGivenUp?.() === true) return await finishRun(prepared, progress, result);
    if (result.status === "interrupted" || exporter?.best === undefined) {
      summary = await finishRun(prepared, progress, result);
    } else {
      await onMainProcess(collective, async () => void (await exporter.export()));
      const tested = await testBest(prepared);
      summary = await finishRun(prepared, progress, result, { tested, exported: "model.onnx" });
    }
  } catch (error) {
    // What has failed may fail again here; the first error is the one to tell.
    await prepared.trainer.finishLogging().catch(() => undefined);
    const failed = { ...progress.latest, status: "failed" } as const;
    await finishRun(prepared, progress, failed, { error: runError(error) }).catch(() => undefined);
    throw error;
  }
  await onMainProcess(collective, () => reportRun(prepared, summary));
  return summary;
}

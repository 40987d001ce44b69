// Trains a model as configured: fit, export the best weights, test them, write the summary.

import type { RunSummary } from "../../report/index.ts";
import { beginRun } from "./begin-run.ts";
import type { RunConfiguration } from "./configuration.ts";
import { finishRun, reportRun } from "./finish-run.ts";
import { fitRun, RunProgress } from "./fit-run.ts";
import { prepareRun, type TrainOptions } from "./prepare-run.ts";
import { runError } from "./summary.ts";
import { testBest } from "./test.ts";

export type { TrainOptions } from "./prepare-run.ts";

/** Runs a whole training. The summary is also written when it fails or is interrupted. */
export async function train(run: RunConfiguration, options: TrainOptions): Promise<RunSummary> {
  await using prepared = await prepareRun(run, options);
  await using _lock = await beginRun(prepared);
  const progress = new RunProgress();
  let summary: RunSummary;
  try {
    const result = await fitRun(prepared, progress, options.signal);
    const { exporter } = prepared;
    if (result.status === "interrupted" || exporter?.best === undefined) {
      summary = await finishRun(prepared, progress, result);
    } else {
      await exporter.export();
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
  await reportRun(prepared, summary);
  return summary;
}

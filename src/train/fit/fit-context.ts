// What a fit shows its callbacks, and what they may ask of it.
import type { FitContext } from "../context.ts";
import type { FitCheckpoints } from "./fit-checkpoints.ts";
import type { FitLoopParts } from "./fit-loop-parts.ts";
import type { RunLog } from "./run-log.ts";

interface FitContextParts extends Pick<FitContext, "progress" | "trainBatchCount" | "evaluatedWeights"> {
  readonly fit: FitLoopParts;
  readonly log: RunLog;
  readonly checkpoints: FitCheckpoints;
}

/** The context of a fit; `ends` is told what callbacks ask. */
export function fitContext(
  { fit, log, checkpoints, ...seen }: FitContextParts,
  ends: Pick<FitContext, "stop" | "endAtStep">,
): FitContext {
  const { model, data, engine, options, scheduler } = fit;
  return {
    model,
    data,
    engine,
    options,
    scheduler,
    metrics: log.metrics,
    ...seen,
    log: (metrics) => log.add(metrics),
    logStep: (metrics) => log.writeStep(seen.progress.epoch, metrics),
    logImage: (name, png) => log.writeImage(name, png),
    ...ends,
    saveCheckpoint: (path) => checkpoints.saveTraining(path),
    saveWeights: (path) => checkpoints.saveWeights(path),
  };
}

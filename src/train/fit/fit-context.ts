// What a fit shows its callbacks, and what they may ask of it.
import type { FitContext } from "../context.ts";
import type { Agreement } from "./agreement.ts";
import type { FitCheckpoints } from "./fit-checkpoints.ts";
import type { FitLoopParts } from "./fit-loop-parts.ts";
import type { RunLog } from "./run-log.ts";

interface FitContextParts extends Pick<FitContext, "progress" | "trainBatchCount" | "evaluatedWeights"> {
  readonly fit: FitLoopParts;
  readonly log: RunLog;
  readonly checkpoints: FitCheckpoints;
}

/** The context of a fit; `agreement` is told what callbacks ask. */
export function fitContext(
  { fit, log, checkpoints, ...seen }: FitContextParts,
  agreement: Pick<Agreement, "stop" | "endAtStep">,
): FitContext {
  const { model, data, engine, options, scheduler, collective } = fit;
  return {
    rank: collective.rank,
    size: collective.size,
    gather: (value) => collective.gather(value),
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
    stop: (reason) => agreement.stop(reason),
    endAtStep: () => agreement.endAtStep(),
    saveCheckpoint: (path) => checkpoints.saveTraining(path),
    saveWeights: (path) => checkpoints.saveWeights(path),
  };
}

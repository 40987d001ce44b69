// The validations of a fit, and the first one, which only looks whether they work.
import type { BatchSource } from "../../core/index.ts";
import { evaluate, nothingToRead } from "../engine/evaluation.ts";
import type { TrainingEvent } from "../events.ts";
import { limitBatches } from "../options.ts";
import type { Profiler } from "../profiler.ts";
import type { FitAverage } from "./fit-average.ts";
import type { FitLoopParts } from "./fit-loop-parts.ts";
import type { GuardedSteps } from "./guarded-steps.ts";
import type { Progress } from "./progress.ts";
import type { RunLog } from "./run-log.ts";

type Events = AsyncGenerator<TrainingEvent, void, undefined>;

interface FitValidationParts {
  readonly fit: FitLoopParts;
  readonly average: FitAverage;
  readonly steps: GuardedSteps;
  readonly profiler: Profiler;
  readonly progress: Progress;
  readonly log: RunLog;
  readonly emit: (event: TrainingEvent) => Events;
  readonly interrupted: () => boolean;
  readonly atStepBoundary: () => boolean;
  /** Brings the seconds of `progress` up to date. */
  readonly tick: () => void;
}

/** Each validation gives its events, of which the last has the metrics. */
export class FitValidation {
  readonly #parts: FitValidationParts;

  constructor(parts: FitValidationParts) {
    this.#parts = parts;
  }

  /** A few batches before training, to find mistakes early. */
  async *sanityCheck(): Events {
    const { options, plan } = this.#parts.fit;
    if (options.numSanityValSteps === 0 || this.#parts.progress.step > 0) return;
    const batches = plan.valBatches();
    if (batches === undefined) return;
    const count = Math.min(options.numSanityValSteps, limitBatches(batches.length, options.limitValBatches));
    yield* this.#validate(batches, count, true);
  }

  async *run(): Events {
    const { plan, options } = this.#parts.fit;
    const { overfitBatches, limitValBatches } = options;
    const batches = overfitBatches === undefined ? plan.valBatches() : plan.overfitBatches();
    if (batches === undefined) return;
    yield* this.#validate(batches, limitBatches(batches.length, overfitBatches ?? limitValBatches), false);
  }

  /** Interrupted, it leaves off without a result; a resumed run validates again. */
  async *#validate(batches: BatchSource, batchCount: number, sanityCheck: boolean): Events {
    const { fit, average, steps, profiler, progress, log, emit, interrupted, atStepBoundary, tick } =
      this.#parts;
    const { engine, model } = fit;
    const { epoch } = progress;
    yield* emit({ type: "validationStart", epoch, sanityCheck, batchCount });
    const weights = average.evaluatedWeights;
    const pass = evaluate({ engine, model, stage: "val", batches, batchCount, weights, profiler });
    let passed = 0;
    let next = await pass.next();
    for (; !next.done; passed++) {
      yield* emit({ type: "validationBatchEnd", sanityCheck, ...next.value });
      // Between the batches of one optimizer step there is nothing that could be resumed.
      if (interrupted() && (sanityCheck || atStepBoundary())) return;
      next = await pass.next();
    }
    // Batches that were waited for may end early as well.
    if (interrupted() && passed < batchCount) return;
    if (passed === 0 && batchCount > 0) throw nothingToRead("val");
    if (!sanityCheck) {
      const found = await steps.validated(next.value["val/loss"]!);
      if (found !== undefined) yield* emit({ type: "nonFinite", ...found });
      progress.validationDue = false;
      log.add(next.value);
    }
    tick();
    yield* emit({ type: "validationEnd", epoch, sanityCheck, metrics: next.value });
  }
}

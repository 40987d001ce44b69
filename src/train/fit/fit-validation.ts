// The validations of a fit, and the first one, which only looks whether they work.
import type { BatchSource } from "../../core/index.ts";
import { evaluate, nothingToRead } from "../engine/evaluation.ts";
import type { TrainingEvent } from "../events.ts";
import { limitBatches } from "../options.ts";
import type { Profiler } from "../profiler.ts";
import type { Agreement } from "./agreement.ts";
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
  readonly agreement: Agreement;
  readonly atStepBoundary: () => boolean;
  /** Hears what all processes ask for, and brings the seconds of `progress` up to date. */
  readonly agree: () => Promise<void>;
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
    const { fit, average, steps, profiler, progress, log, emit, agreement, atStepBoundary, agree } =
      this.#parts;
    const { engine, model, strategy, collective } = fit;
    const { epoch } = progress;
    yield* emit({ type: "validationStart", epoch, sanityCheck, batchCount });
    const weights = average.evaluatedWeights;
    const pass = evaluate({
      engine,
      model,
      stage: "val",
      batches,
      batchCount,
      weights,
      profiler,
      strategy,
      collective,
    });
    // Between the batches of one optimizer step there is nothing that could be resumed.
    const leavesOff = (): boolean => agreement.interrupted && (sanityCheck || atStepBoundary());
    let passed = 0;
    let next = await pass.next();
    for (; !next.done; next = await pass.next()) {
      if (next.value !== undefined) {
        passed++;
        yield* emit({ type: "validationBatchEnd", sanityCheck, ...next.value });
      }
      await agree();
      if (leavesOff()) return;
    }
    const { metrics, samples } = next.value;
    // Batches that were waited for may end early as well.
    if (agreement.isAlone && agreement.interrupted && passed < batchCount) return;
    if (samples === 0 && batchCount > 0) throw nothingToRead("val");
    if (!sanityCheck) {
      const found = await steps.validated(metrics["val/loss"]!);
      if (found !== undefined) yield* emit({ type: "nonFinite", ...found });
      progress.validationDue = false;
      log.add(metrics);
    }
    await agree();
    await agreement.share(log.metrics);
    yield* emit({ type: "validationEnd", epoch, sanityCheck, metrics });
  }
}

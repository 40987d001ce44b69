// When a fit's learning rate moves: after epochs or after optimizer steps, as Lightning has it.
import { ClassifierTrainingError, didYouMean } from "../../core/index.ts";
import {
  type LearningRateScheduler,
  type Optimizer,
  Schedule,
  type ScheduleState,
} from "../../optim/index.ts";
import type { Metrics } from "../events.ts";
import type { ResolvedTrainerOptions } from "../options.ts";

export interface FitScheduleParts {
  readonly scheduler: LearningRateScheduler;
  readonly learningRate: number;
  readonly options: Pick<
    ResolvedTrainerOptions,
    "accumulateGradBatches" | "checkValEveryNEpoch" | "maxEpochs" | "maxSteps"
  >;
  /** Batches of a training epoch. */
  readonly batchCount: number;
}

/** Learning rate and momentum of a fit. */
export class FitSchedule {
  readonly #parts: FitScheduleParts;
  readonly #schedule: Schedule;

  constructor(parts: FitScheduleParts) {
    this.#parts = parts;
    this.#schedule = new Schedule(parts.scheduler, parts.learningRate, plannedSteps(parts));
  }

  /** Of groups with a scale of their own it is multiplied by that. */
  get learningRate(): number {
    return this.#schedule.rate;
  }

  /** Undefined: the optimizer's own. */
  get momentum(): number | undefined {
    return this.#schedule.momentum;
  }

  /** @throws ClassifierTrainingError kind "usage" `SCHEDULER_MOMENTUM` where an optimizer has no momentum to schedule. */
  checkMomentum(optimizers: readonly Optimizer[]): void {
    const without = optimizers.find(({ momentum }) => momentum === undefined);
    if (this.momentum === undefined || without === undefined) return;
    throw new ClassifierTrainingError(
      "usage",
      "SCHEDULER_MOMENTUM",
      `the scheduler changes momentum, ${without.name} has none`,
      { where: "scheduler.cycle_momentum", hint: "set it to false, or give the optimizer momentum" },
    );
  }

  /** To be called after an optimizer step, when `batch` batches of the epoch are done. */
  afterStep(batch: number, metrics: Metrics): void {
    const { interval, frequency } = this.#parts.scheduler;
    if (interval === "step" && batch % frequency === 0) this.#step(metrics);
  }

  /** To be called after an epoch and its validation, when `epochs` epochs are done. */
  afterEpoch(epochs: number, metrics: Metrics): void {
    const { interval, frequency, monitor } = this.#parts.scheduler;
    if (interval !== "epoch" || epochs % frequency !== 0) return;
    const { checkValEveryNEpoch } = this.#parts.options;
    const unvalidated = checkValEveryNEpoch === null || epochs < checkValEveryNEpoch;
    if (monitor !== undefined && metrics[monitor] === undefined && unvalidated) return;
    this.#step(metrics);
  }

  state(): ScheduleState {
    return this.#schedule.state();
  }

  loadState(state: ScheduleState): void {
    this.#schedule.loadState(state);
  }

  #step(metrics: Metrics): void {
    const { monitor } = this.#parts.scheduler;
    const value = monitor === undefined ? undefined : metrics[monitor];
    if (monitor !== undefined && value === undefined) {
      throw new ClassifierTrainingError("usage", "SCHEDULER_MONITOR", `nothing is logged as ${monitor}`, {
        where: "scheduler.monitor",
        hint: didYouMean(monitor, Object.keys(metrics)),
      });
    }
    this.#schedule.step(value);
  }
}

/** Steps of the scheduler in the whole training. */
function plannedSteps({ scheduler, options, batchCount }: FitScheduleParts): number {
  const { accumulateGradBatches: window, maxEpochs, maxSteps = Number.POSITIVE_INFINITY } = options;
  const { interval, frequency } = scheduler;
  const stepsPerEpoch = Math.max(1, Math.ceil(batchCount / window));
  const epochs = Math.min(maxEpochs, maxSteps / stepsPerEpoch);
  if (interval === "epoch") return Math.max(1, Math.floor(Math.ceil(epochs) / frequency));
  let perEpoch = 0;
  for (let step = 1; step <= stepsPerEpoch; step++) {
    if (Math.min(step * window, batchCount) % frequency === 0) perEpoch++;
  }
  return Math.max(1, Math.ceil(perEpoch * epochs));
}

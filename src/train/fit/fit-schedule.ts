// When a fit's learning rate moves: after epochs or after optimizer steps, as Lightning has it.
import { ClassifierTrainingError, didYouMean } from "../../core/index.ts";
import { type LearningRateScheduler, Schedule, type ScheduleState } from "../../optim/index.ts";
import type { TrainingEngine } from "../engine/engine.ts";
import type { GroupLayout } from "../engine/state-layout.ts";
import type { Metrics, StepRates } from "../events.ts";
import type { ResolvedTrainerOptions } from "../options.ts";
import { type Progress, startOfTraining } from "./progress.ts";
import { planOf, samePlan, schedulerStepsAhead, type TrainingPlan } from "./training-plan.ts";

/** The scheduler, and what decides how many steps it has ahead. */
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

/** A schedule as it stood, and the plan that it followed. */
export interface FitScheduleState extends ScheduleState {
  readonly plan: TrainingPlan;
}

/** Learning rate and momentum of a fit. */
export class FitSchedule {
  readonly #parts: FitScheduleParts;
  readonly #plan: TrainingPlan;
  readonly #schedule: Schedule;

  constructor(parts: FitScheduleParts) {
    this.#parts = parts;
    this.#plan = planOf(parts.options, parts.batchCount);
    const total = schedulerStepsAhead(this.#plan, parts.scheduler, startOfTraining());
    this.#schedule = new Schedule(parts.scheduler, parts.learningRate, Math.max(1, total));
  }

  /** Of groups with a scale of their own it is multiplied by that. */
  get learningRate(): number {
    return this.#schedule.rate;
  }

  /** Of the optimizer step that is due. */
  rates(groups: readonly Pick<GroupLayout, "learningRateScale">[]): StepRates {
    const { scheduler, learningRate: base } = this.#parts;
    const { learningRate, momentum } = this;
    const groupRates = groups.map(({ learningRateScale: scale }, index) =>
      scheduler.groupRate(learningRate, { base: base * scale, scale, index, count: groups.length }),
    );
    return { learningRate, groupRates, momentum };
  }

  /** Undefined: the optimizer's own. */
  get momentum(): number | undefined {
    return this.#schedule.momentum;
  }

  /**
   * To be called before training.
   * @throws ClassifierTrainingError kind "usage" `SCHEDULER_MOMENTUM` where an optimizer has no momentum to schedule, and what
   *   the scheduler has against the groups of parameters
   */
  check(engine: Pick<TrainingEngine, "layout" | "groupCounts">): void {
    const { scheduler, options } = this.#parts;
    scheduler.checkGroups(engine.groupCounts(options.maxEpochs));
    const optimizers = engine.layout.groups.map(({ optimizer }) => optimizer);
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

  state(): FitScheduleState {
    return { ...this.#schedule.state(), plan: this.#plan };
  }

  /**
   * Goes on from a saved schedule; `progress` says how far the fit has come. Under another plan the learning rate is
   * from now on the one that a schedule of the new length has at this step.
   */
  loadState(state: FitScheduleState, progress: Readonly<Progress>): void {
    const ahead = schedulerStepsAhead(this.#plan, this.#parts.scheduler, progress);
    if (samePlan(state.plan, this.#plan)) this.#schedule.loadState(state);
    else this.#schedule.extend(state, state.count + ahead);
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

// The learning rate of a fit as it stands: what a scheduler has made of the one that was given.
import { ClassifierTrainingError } from "../core/index.ts";
import type { LearningRateScheduler, SchedulerState } from "./scheduler.ts";

/** Where a schedule stands, as a checkpoint keeps it: steps made, and the rate that they led to. */
export interface ScheduleState {
  readonly count: number;
  readonly rate: number;
  /** Steps of the scheduler in the whole training; null: it has no end. */
  readonly total: number | null;
  readonly scheduler: SchedulerState;
}

/** Learning rate and momentum, moved by `step`. */
export class Schedule {
  readonly #scheduler: LearningRateScheduler;
  readonly #base: number;
  #total: number;
  #count = 0;
  #rate: number;

  /**
   * @param base the learning rate that was given
   * @param total steps of the scheduler in the whole training; infinity: it has no end
   * @throws ClassifierTrainingError kind "usage" `SCHEDULER_LENGTH` where the scheduler needs one
   */
  constructor(scheduler: LearningRateScheduler, base: number, total: number) {
    this.#scheduler = scheduler;
    this.#base = base;
    this.#total = total;
    this.#rate = base;
    if (total === Number.POSITIVE_INFINITY && scheduler.needsLength) throw endless(scheduler);
    this.#move();
  }

  get rate(): number {
    return this.#rate;
  }

  /** Undefined: the optimizer's own. */
  get momentum(): number | undefined {
    return this.#scheduler.momentum({ count: this.#count, total: this.#total });
  }

  /** Takes one step; `value` is that of the scheduler's `monitor`, where it has one. */
  step(value?: number): void {
    if (value !== undefined) this.#scheduler.observe(value);
    this.#count++;
    this.#move();
  }

  state(): ScheduleState {
    return {
      count: this.#count,
      rate: this.#rate,
      total: Number.isFinite(this.#total) ? this.#total : null,
      scheduler: this.#scheduler.state(),
    };
  }

  loadState({ count, rate, total, scheduler }: ScheduleState): void {
    this.#count = count;
    this.#rate = rate;
    this.#total = total ?? Number.POSITIVE_INFINITY;
    this.#scheduler.loadState(scheduler);
  }

  /**
   * Goes on from `state` in a training of another length: the learning rate becomes what it is after as many steps of a
   * schedule of `total`. A scheduler that follows a logged value knows no length: its rate stays.
   */
  extend(state: ScheduleState, total: number): void {
    this.loadState({ ...state, total: Math.max(1, total) });
    if (this.#scheduler.monitor !== undefined) return;
    this.#rate = this.#base;
    for (this.#count = 0; ; this.#count++) {
      this.#move();
      if (this.#count === state.count) return;
    }
  }

  #move(): void {
    this.#rate = this.#scheduler.rate({
      count: this.#count,
      current: this.#rate,
      base: this.#base,
      total: this.#total,
    });
  }
}

function endless(scheduler: LearningRateScheduler): ClassifierTrainingError {
  const message = `${scheduler.constructor.name} goes by the length of the training, and this one has no end`;
  return new ClassifierTrainingError("usage", "SCHEDULER_LENGTH", message, {
    where: "trainer.max_epochs",
    hint: "set trainer.max_epochs or trainer.max_steps, or take a scheduler that needs no length, such as scheduler=plateau or scheduler=constant",
  });
}

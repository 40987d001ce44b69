// The learning rate of a fit as it stands: what a scheduler has made of the one that was given.
import type { LearningRateScheduler, SchedulerState } from "./scheduler.ts";

export interface ScheduleState {
  readonly count: number;
  readonly rate: number;
  readonly scheduler: SchedulerState;
}

/** Learning rate and momentum, moved by `step`. */
export class Schedule {
  readonly #scheduler: LearningRateScheduler;
  readonly #base: number;
  readonly #total: number;
  #count = 0;
  #rate: number;

  /**
   * @param base the learning rate that was given
   * @param total steps of the scheduler in the whole training
   */
  constructor(scheduler: LearningRateScheduler, base: number, total: number) {
    this.#scheduler = scheduler;
    this.#base = base;
    this.#total = total;
    this.#rate = base;
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
    return { count: this.#count, rate: this.#rate, scheduler: this.#scheduler.state() };
  }

  loadState({ count, rate, scheduler }: ScheduleState): void {
    this.#count = count;
    this.#rate = rate;
    this.#scheduler.loadState(scheduler);
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

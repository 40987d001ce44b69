// What a learning-rate scheduler is: a rule from one learning rate to the next.
import * as z from "zod";

/** When a scheduler takes a step. */
export interface SchedulerTiming {
  /** After every epoch or after every optimizer step. */
  readonly interval?: "epoch" | "step" | undefined;
  /** Only after every n-th epoch, or every n-th batch of an epoch; default 1. */
  readonly frequency?: number | undefined;
}

/** The options that every scheduler has, for schemas. */
export const timingFields: {
  readonly interval: z.ZodType<"epoch" | "step" | undefined>;
  readonly frequency: z.ZodType<number | undefined>;
} = {
  interval: z.enum(["epoch", "step"]).optional(),
  frequency: z.int().min(1).optional(),
};

/** A group of parameters at one step of its scheduler. */
export interface SchedulerStep {
  /** Steps of the scheduler so far; 0 before the first. */
  readonly count: number;
  /** The learning rate before this step; `base` where `count` is 0. */
  readonly current: number;
  /** The learning rate that the group was given. */
  readonly base: number;
  /** Steps of the scheduler in the whole training, as planned; infinity where it has no end. */
  readonly total: number;
}

/** A group of parameters with a learning rate of its own. */
export interface ScheduledGroup {
  /** The learning rate that the group was given: the model's times its scale. */
  readonly base: number;
  /** Its learning rate relative to the model's. */
  readonly scale: number;
  /** From 0. */
  readonly index: number;
  /** How many groups there are. */
  readonly count: number;
}

/** What a scheduler remembers beside the learning rate. */
export type SchedulerState = Readonly<Record<string, number>>;

/**
 * A scheduler, with torch's rules and numbers. It says what each learning rate becomes, so schedulers can be put
 * one after another and on top of one another.
 */
export abstract class LearningRateScheduler {
  readonly timing: SchedulerTiming;

  constructor(timing: SchedulerTiming = {}) {
    this.timing = timing;
  }

  get interval(): "epoch" | "step" {
    return this.timing.interval ?? "epoch";
  }

  get frequency(): number {
    return this.timing.frequency ?? 1;
  }

  /** Whether it goes by the length of the training, and cannot serve one that has no end; default false. */
  get needsLength(): boolean {
    return false;
  }

  /** The learning rate after step `count`; for 0 the one that training begins with. */
  abstract rate(step: SchedulerStep): number;

  /** The learning rate of a group, `rate` being that of the model at this moment; default: times its scale. */
  groupRate(rate: number, { scale }: ScheduledGroup): number {
    return rate * scale;
  }

  /**
   * To be called before a training, with the numbers of parameter groups that it will have, one after another.
   * @throws ClassifierTrainingError kind "usage" where the scheduler cannot serve them; default: it serves any
   */
  checkGroups(_counts: readonly number[]): void {}

  /** Momentum (of Adam and its like beta1) after step `count`; undefined: it stays as it is. */
  momentum(_step: Pick<SchedulerStep, "count" | "total">): number | undefined {
    return undefined;
  }

  /** The logged value that `observe` wants before each step; undefined: none. */
  get monitor(): string | undefined {
    return undefined;
  }

  observe(_value: number): void {}

  state(): SchedulerState {
    return {};
  }

  loadState(_state: SchedulerState): void {}
}

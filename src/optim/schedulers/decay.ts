// Schedulers that multiply the learning rate now and then: StepLR, MultiStepLR, ExponentialLR.

import * as z from "zod";
import { parseOptions } from "../../core/index.ts";
import {
  LearningRateScheduler,
  type SchedulerStep,
  type SchedulerTiming,
  timingFields,
} from "../scheduler.ts";

/** How often the rate is multiplied by `gamma`. */
export interface StepLROptions extends SchedulerTiming {
  /** Steps between two reductions. */
  readonly stepSize: number;
  /** Default 0.1. */
  readonly gamma?: number;
}

const gamma = z.number().positive();

/** Times `gamma` every `stepSize` steps. */
export class StepLR extends LearningRateScheduler {
  static readonly schema: z.ZodType = z.strictObject({
    stepSize: z.int().min(1),
    gamma: gamma.default(0.1),
    ...timingFields,
  });
  readonly #stepSize: number;
  readonly #gamma: number;

  constructor({ stepSize, gamma: factor = 0.1, ...timing }: StepLROptions) {
    super(timing);
    parseOptions("StepLR", StepLR.schema, { stepSize, gamma: factor, ...timing });
    this.#stepSize = stepSize;
    this.#gamma = factor;
  }

  override rate({ count, current }: SchedulerStep): number {
    return count > 0 && count % this.#stepSize === 0 ? current * this.#gamma : current;
  }
}

/** When the rate is multiplied by `gamma`. */
export interface MultiStepLROptions extends SchedulerTiming {
  /** The steps at which it is reduced; one given twice counts twice. */
  readonly milestones: readonly number[];
  /** Default 0.1. */
  readonly gamma?: number;
}

/** Times `gamma` at each of the milestones. */
export class MultiStepLR extends LearningRateScheduler {
  static readonly schema: z.ZodType = z.strictObject({
    milestones: z.array(z.int().min(1)),
    gamma: gamma.default(0.1),
    ...timingFields,
  });
  readonly #milestones: readonly number[];
  readonly #gamma: number;

  constructor({ milestones, gamma: factor = 0.1, ...timing }: MultiStepLROptions) {
    super(timing);
    parseOptions("MultiStepLR", MultiStepLR.schema, { milestones, gamma: factor, ...timing });
    this.#milestones = milestones;
    this.#gamma = factor;
  }

  override rate({ count, current }: SchedulerStep): number {
    return current * this.#gamma ** this.#milestones.filter((milestone) => milestone === count).length;
  }
}

/** What the rate is multiplied by at each step. */
export interface ExponentialLROptions extends SchedulerTiming {
  readonly gamma: number;
}

/** Times `gamma` at every step. */
export class ExponentialLR extends LearningRateScheduler {
  static readonly schema: z.ZodType = z.strictObject({ gamma, ...timingFields });
  readonly #gamma: number;

  constructor({ gamma: factor, ...timing }: ExponentialLROptions) {
    super(timing);
    parseOptions("ExponentialLR", ExponentialLR.schema, { gamma: factor, ...timing });
    this.#gamma = factor;
  }

  override rate({ count, current }: SchedulerStep): number {
    return count === 0 ? current : current * this.#gamma;
  }
}

// Schedulers that lead from one factor of the learning rate to another: LinearLR, ConstantLR, PolynomialLR.

import * as z from "zod";
import { parseOptions } from "../../core/index.ts";
import {
  LearningRateScheduler,
  type SchedulerStep,
  type SchedulerTiming,
  timingFields,
} from "../scheduler.ts";

const factor = z.number().positive().max(1);
const steps = z.int().min(1);

/** The ramp; the rate stays at its end. */
export interface LinearLROptions extends SchedulerTiming {
  /** Share of the learning rate at the beginning; default 1/3. */
  readonly startFactor?: number;
  /** Share of it at the end; default 1. */
  readonly endFactor?: number;
  /** Steps from the one to the other; default 5. */
  readonly totalIters?: number;
}

/** From `startFactor` to `endFactor` along a line; the usual warm-up. */
export class LinearLR extends LearningRateScheduler {
  static readonly schema: z.ZodType = z.strictObject({
    startFactor: factor.default(1 / 3),
    endFactor: z.number().min(0).max(1).default(1),
    totalIters: steps.default(5),
    ...timingFields,
  });
  readonly #start: number;
  readonly #end: number;
  readonly #totalIters: number;

  constructor({ startFactor = 1 / 3, endFactor = 1, totalIters = 5, ...timing }: LinearLROptions = {}) {
    super(timing);
    parseOptions("LinearLR", LinearLR.schema, { startFactor, endFactor, totalIters, ...timing });
    this.#start = startFactor;
    this.#end = endFactor;
    this.#totalIters = totalIters;
  }

  override rate({ count, current }: SchedulerStep): number {
    if (count === 0) return current * this.#start;
    if (count > this.#totalIters) return current;
    const rise = this.#end - this.#start;
    return current * (1 + rise / (this.#totalIters * this.#start + (count - 1) * rise));
  }
}

/** How far and how long the rate is reduced. */
export interface ConstantLROptions extends SchedulerTiming {
  /** Share of the learning rate; default 1/3. */
  readonly factor?: number;
  /** Steps before it is the whole learning rate; default 5. */
  readonly totalIters?: number;
}

/** A share of the learning rate for some steps, then all of it. */
export class ConstantLR extends LearningRateScheduler {
  static readonly schema: z.ZodType = z.strictObject({
    factor: factor.default(1 / 3),
    totalIters: steps.default(5),
    ...timingFields,
  });
  readonly #factor: number;
  readonly #totalIters: number;

  constructor({ factor: share = 1 / 3, totalIters = 5, ...timing }: ConstantLROptions = {}) {
    super(timing);
    parseOptions("ConstantLR", ConstantLR.schema, { factor: share, totalIters, ...timing });
    this.#factor = share;
    this.#totalIters = totalIters;
  }

  override rate({ count, current }: SchedulerStep): number {
    if (count === 0) return current * this.#factor;
    return count === this.#totalIters ? current * (1 / this.#factor) : current;
  }
}

/** The way from the whole rate to 0, where it stays. */
export interface PolynomialLROptions extends SchedulerTiming {
  /** Steps until 0; default: all of the training. */
  readonly totalIters?: number | null;
  /** Default 1: along a line. */
  readonly power?: number;
}

/** lr (1 - t / totalIters)^power, then 0. */
export class PolynomialLR extends LearningRateScheduler {
  static readonly schema: z.ZodType = z.strictObject({
    totalIters: steps.nullable().default(null),
    power: z.number().positive().default(1),
    ...timingFields,
  });
  readonly #totalIters: number | null;
  readonly #power: number;

  constructor({ totalIters = null, power = 1, ...timing }: PolynomialLROptions = {}) {
    super(timing);
    parseOptions("PolynomialLR", PolynomialLR.schema, { totalIters, power, ...timing });
    this.#totalIters = totalIters;
    this.#power = power;
  }

  override get needsLength(): boolean {
    return this.#totalIters === null;
  }

  override rate({ count, current, total }: SchedulerStep): number {
    const end = this.#totalIters ?? total;
    if (count === 0 || count > end) return current;
    return current * ((1 - count / end) / (1 - (count - 1) / end)) ** this.#power;
  }
}

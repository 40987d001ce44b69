// Cosine schedulers: CosineAnnealingLR, with warm restarts, and warm-up with a cosine behind it.

import * as z from "zod";
import { parseOptions } from "../../core/index.ts";
import {
  LearningRateScheduler,
  type SchedulerStep,
  type SchedulerTiming,
  timingFields,
} from "../scheduler.ts";

const steps = z.int().min(1);
const lowest = z.number().min(0).default(0);

/** Length and depth of the cosine. */
export interface CosineAnnealingLROptions extends SchedulerTiming {
  /** Steps from the highest to the lowest rate; default: all of the training. Beyond them it rises again. */
  readonly tMax?: number | null;
  /** The lowest rate; default 0. */
  readonly etaMin?: number;
}

/** etaMin + (lr - etaMin) (1 + cos(pi t / tMax)) / 2 (Loshchilov and Hutter, 2017). */
export class CosineAnnealingLR extends LearningRateScheduler {
  static readonly schema: z.ZodType = z.strictObject({
    tMax: steps.nullable().default(null),
    etaMin: lowest,
    ...timingFields,
  });
  readonly #tMax: number | null;
  readonly #etaMin: number;

  constructor({ tMax = null, etaMin = 0, ...timing }: CosineAnnealingLROptions = {}) {
    super(timing);
    parseOptions("CosineAnnealingLR", CosineAnnealingLR.schema, { tMax, etaMin, ...timing });
    this.#tMax = tMax;
    this.#etaMin = etaMin;
  }

  override get needsLength(): boolean {
    return this.#tMax === null;
  }

  override rate({ count, current, base, total }: SchedulerStep): number {
    const length = this.#tMax ?? total;
    if (count === 0) return current;
    const angle = Math.PI / length;
    // From the lowest point on there is no factor: the next rate is found from the base.
    if ((count - 1 - length) % (2 * length) === 0) {
      return current + ((base - this.#etaMin) * (1 - Math.cos(angle))) / 2;
    }
    const factor = (1 + Math.cos(angle * count)) / (1 + Math.cos(angle * (count - 1)));
    return factor * (current - this.#etaMin) + this.#etaMin;
  }
}

/** Length and depth of the cycles (Loshchilov and Hutter, 2017). */
export interface CosineAnnealingWarmRestartsOptions extends SchedulerTiming {
  /** Steps of the first cycle. */
  readonly t0: number;
  /** Each cycle is so many times as long as the one before; default 1. */
  readonly tMult?: number;
  /** The lowest rate; default 0. */
  readonly etaMin?: number;
}

/** A cosine that starts again from the top at the end of each cycle. */
export class CosineAnnealingWarmRestarts extends LearningRateScheduler {
  static readonly schema: z.ZodType = z.strictObject({
    t0: steps,
    tMult: steps.default(1),
    etaMin: lowest,
    ...timingFields,
  });
  readonly #t0: number;
  readonly #tMult: number;
  readonly #etaMin: number;

  constructor({ t0, tMult = 1, etaMin = 0, ...timing }: CosineAnnealingWarmRestartsOptions) {
    super(timing);
    parseOptions("CosineAnnealingWarmRestarts", CosineAnnealingWarmRestarts.schema, {
      t0,
      tMult,
      etaMin,
      ...timing,
    });
    this.#t0 = t0;
    this.#tMult = tMult;
    this.#etaMin = etaMin;
  }

  override rate({ count, base }: SchedulerStep): number {
    let [length, done] = [this.#t0, count];
    if (this.#tMult === 1) done %= length;
    while (done >= length) {
      done -= length;
      length *= this.#tMult;
    }
    return this.#etaMin + ((base - this.#etaMin) * (1 + Math.cos((Math.PI * done) / length))) / 2;
  }
}

/** The warm-up, and how deep the cosine behind it goes. */
export interface WarmupCosineOptions extends SchedulerTiming {
  /** Steps of linear warm-up; default 5. */
  readonly warmupEpochs?: number;
  /** Share of the learning rate at the beginning; default 1e-3. */
  readonly warmupStartFactor?: number;
  /** Share of the learning rate that the cosine ends at; default 0.05. */
  readonly cosineEtaMinFactor?: number;
}

/**
 * Linear warm-up, then a cosine to the end of training: for t < w: lr (s + (1 - s) t / w); else
 * eta + (lr - eta) (1 + cos(pi (t - w) / max(1, T - w))) / 2 with eta = 0.05 lr.
 */
export class WarmupCosine extends LearningRateScheduler {
  static readonly schema: z.ZodType = z.strictObject({
    warmupEpochs: z.int().min(0).default(5),
    warmupStartFactor: z.number().min(0).max(1).default(1e-3),
    cosineEtaMinFactor: z.number().min(0).max(1).default(0.05),
    ...timingFields,
  });
  readonly #warmup: number;
  readonly #startFactor: number;
  readonly #endFactor: number;

  constructor({
    warmupEpochs = 5,
    warmupStartFactor = 1e-3,
    cosineEtaMinFactor = 0.05,
    ...timing
  }: WarmupCosineOptions = {}) {
    super(timing);
    parseOptions("WarmupCosine", WarmupCosine.schema, {
      warmupEpochs,
      warmupStartFactor,
      cosineEtaMinFactor,
      ...timing,
    });
    this.#warmup = warmupEpochs;
    this.#startFactor = warmupStartFactor;
    this.#endFactor = cosineEtaMinFactor;
  }

  override get needsLength(): boolean {
    return true;
  }

  override rate({ count, base, total }: SchedulerStep): number {
    if (count < this.#warmup) {
      return base * (this.#startFactor + ((1 - this.#startFactor) * count) / this.#warmup);
    }
    const floor = this.#endFactor * base;
    const progress = (count - this.#warmup) / Math.max(1, total - this.#warmup);
    return floor + ((base - floor) * (1 + Math.cos(Math.PI * progress))) / 2;
  }
}

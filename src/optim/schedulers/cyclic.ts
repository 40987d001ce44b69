// CyclicLR: up and down between two learning rates, momentum the other way round.

import * as z from "zod";
import { parseOptions } from "../../core/index.ts";
import {
  LearningRateScheduler,
  type SchedulerStep,
  type SchedulerTiming,
  timingFields,
} from "../scheduler.ts";

/** Shape of the cycles (Smith, 2017); momentum falls where the rate rises. */
export interface CyclicLROptions extends SchedulerTiming {
  /** The lowest rate. */
  readonly baseLr: number;
  /** The highest rate; default: the learning rate of the model. */
  readonly maxLr?: number | null;
  /** Steps on the way up; default 2000. */
  readonly stepSizeUp?: number;
  /** Steps on the way down; default: as many. */
  readonly stepSizeDown?: number | null;
  /** All cycles alike, each half as high as the one before, or `gamma`^step as high; default `triangular`. */
  readonly mode?: "triangular" | "triangular2" | "exp_range";
  /** Default 1. */
  readonly gamma?: number;
  /** Default true. */
  readonly cycleMomentum?: boolean;
  /** Default 0.8. */
  readonly baseMomentum?: number;
  /** Default 0.9. */
  readonly maxMomentum?: number;
}

const momentum = z.number().min(0).lt(1);
const schema = z.strictObject({
  baseLr: z.number().min(0),
  maxLr: z.number().positive().nullable().default(null),
  stepSizeUp: z.int().min(1).default(2000),
  stepSizeDown: z.int().min(1).nullable().default(null),
  mode: z.enum(["triangular", "triangular2", "exp_range"]).default("triangular"),
  gamma: z.number().positive().default(1),
  cycleMomentum: z.boolean().default(true),
  baseMomentum: momentum.default(0.8),
  maxMomentum: momentum.default(0.9),
  ...timingFields,
});

/** Cyclical learning rates (Smith, 2017), as torch's; by default a step of it is one of the optimizer. */
export class CyclicLR extends LearningRateScheduler {
  static readonly schema: z.ZodType = schema;
  readonly #options: z.infer<typeof schema>;

  constructor(options: CyclicLROptions) {
    super({ interval: options.interval, frequency: options.frequency });
    this.#options = parseOptions("CyclicLR", schema, options);
  }

  override get interval(): "epoch" | "step" {
    return this.timing.interval ?? "step";
  }

  override rate({ count, base }: SchedulerStep): number {
    const { baseLr, maxLr } = this.#options;
    return baseLr + ((maxLr ?? base) - baseLr) * this.#height(count);
  }

  override momentum({ count }: Pick<SchedulerStep, "count">): number | undefined {
    const { cycleMomentum, baseMomentum, maxMomentum } = this.#options;
    return cycleMomentum ? maxMomentum - (maxMomentum - baseMomentum) * this.#height(count) : undefined;
  }

  /** How far up: 0 at the lowest, 1 at the highest rate of the first cycle. */
  #height(count: number): number {
    const { stepSizeUp, stepSizeDown, mode, gamma } = this.#options;
    const length = stepSizeUp + (stepSizeDown ?? stepSizeUp);
    const cycle = Math.floor(1 + count / length);
    const place = 1 + count / length - cycle;
    const top = stepSizeUp / length;
    const height = place <= top ? place / top : (place - 1) / (top - 1);
    if (mode === "triangular") return height;
    return height * (mode === "triangular2" ? 1 / 2 ** (cycle - 1) : gamma ** count);
  }
}

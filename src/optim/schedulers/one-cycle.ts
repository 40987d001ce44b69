// OneCycleLR: up to a high learning rate and down to a very low one, momentum the other way round.
import * as z from "zod";
import { ClassifierTrainingError, parseOptions } from "../../core/index.ts";
import {
  LearningRateScheduler,
  type SchedulerStep,
  type SchedulerTiming,
  timingFields,
} from "../scheduler.ts";

/** Shape of the cycle (Smith and Topin, 2018); momentum falls where the rate rises. */
export interface OneCycleLROptions extends SchedulerTiming {
  /** The highest rate; default: the learning rate of the model. */
  readonly maxLr?: number | null;
  /** Steps of the cycle; default: all of the training. */
  readonly totalSteps?: number | null;
  /** Share of the steps on the way up; default 0.3. */
  readonly pctStart?: number;
  /** Default `cos`. */
  readonly annealStrategy?: "cos" | "linear";
  /** Default true. */
  readonly cycleMomentum?: boolean;
  /** Default 0.85. */
  readonly baseMomentum?: number;
  /** Default 0.95. */
  readonly maxMomentum?: number;
  /** It begins at the highest rate divided by this; default 25. */
  readonly divFactor?: number;
  /** It ends at the first rate divided by this; default 1e4. */
  readonly finalDivFactor?: number;
  /** Down to the first rate as slowly as up, and then to the last; default false. */
  readonly threePhase?: boolean;
}

interface Phase {
  readonly end: number;
  readonly rates: readonly [number, number];
  readonly momenta: readonly [number, number];
}

const momentum = z.number().min(0).lt(1);
const schema = z.strictObject({
  maxLr: z.number().positive().nullable().default(null),
  totalSteps: z.int().min(2).nullable().default(null),
  pctStart: z.number().min(0).max(1).default(0.3),
  annealStrategy: z.enum(["cos", "linear"]).default("cos"),
  cycleMomentum: z.boolean().default(true),
  baseMomentum: momentum.default(0.85),
  maxMomentum: momentum.default(0.95),
  divFactor: z.number().min(1).default(25),
  finalDivFactor: z.number().min(1).default(1e4),
  threePhase: z.boolean().default(false),
  ...timingFields,
});

/** The 1cycle policy (Smith and Topin, 2018), as torch's; by default a step of it is one of the optimizer. */
export class OneCycleLR extends LearningRateScheduler {
  static readonly schema: z.ZodType = schema;
  readonly #options: z.infer<typeof schema>;

  constructor(options: OneCycleLROptions = {}) {
    super({ interval: options.interval, frequency: options.frequency });
    this.#options = parseOptions("OneCycleLR", schema, options);
  }

  override get interval(): "epoch" | "step" {
    return this.timing.interval ?? "step";
  }

  /** Also where `totalSteps` says it: training may not go on behind the cycle. */
  override get needsLength(): boolean {
    return true;
  }

  /** @throws ClassifierTrainingError kind "usage" `SCHEDULER_TOO_SHORT` where training goes on behind the cycle. */
  override rate({ count, base, total }: SchedulerStep): number {
    const { maxLr, totalSteps } = this.#options;
    if (totalSteps !== null && totalSteps < total) {
      throw new ClassifierTrainingError(
        "usage",
        "SCHEDULER_TOO_SHORT",
        `the cycle of OneCycleLR ends after ${totalSteps} steps, training has ${total}`,
        { where: "scheduler.total_steps", hint: "leave it out: it follows the training" },
      );
    }
    const highest = maxLr ?? base;
    return this.#at(count, totalSteps ?? total, ({ rates }) => rates) * highest;
  }

  override momentum({ count, total }: Pick<SchedulerStep, "count" | "total">): number | undefined {
    if (!this.#options.cycleMomentum) return undefined;
    return this.#at(count, this.#options.totalSteps ?? total, ({ momenta }) => momenta);
  }

  #at(count: number, total: number, ends: (phase: Phase) => readonly [number, number]): number {
    const phases = this.#phases(total);
    const last = phases.length - 1;
    const found = phases.findIndex(({ end }) => count <= end);
    const i = found === -1 ? last : found;
    const begin = i === 0 ? 0 : phases[i - 1]!.end;
    const length = phases[i]!.end - begin;
    const share = length === 0 ? 1 : (count - begin) / length;
    const [from, to] = ends(phases[i]!);
    return this.#options.annealStrategy === "linear"
      ? from + (to - from) * share
      : to + ((from - to) / 2) * (Math.cos(Math.PI * share) + 1);
  }

  /** Rates as shares of the highest one. */
  #phases(total: number): Phase[] {
    const { pctStart, divFactor, finalDivFactor, threePhase, baseMomentum, maxMomentum } = this.#options;
    const first = 1 / divFactor;
    const last = first / finalDivFactor;
    const up: Phase = { end: pctStart * total - 1, rates: [first, 1], momenta: [maxMomentum, baseMomentum] };
    if (!threePhase) return [up, { end: total - 1, rates: [1, last], momenta: [baseMomentum, maxMomentum] }];
    return [
      up,
      { end: 2 * pctStart * total - 2, rates: [1, first], momenta: [baseMomentum, maxMomentum] },
      { end: total - 1, rates: [first, last], momenta: [maxMomentum, maxMomentum] },
    ];
  }
}

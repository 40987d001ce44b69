// Schedulers made of schedulers: SequentialLR, one after another; ChainedScheduler, all at once.
import * as z from "zod";
import { ClassifierTrainingError, parseOptions } from "../../core/index.ts";
import {
  LearningRateScheduler,
  type SchedulerStep,
  type SchedulerTiming,
  timingFields,
} from "../scheduler.ts";

const schedulers: z.ZodType<LearningRateScheduler[]> = z
  .array(
    z.custom<LearningRateScheduler>((value) => value instanceof LearningRateScheduler, "must be schedulers"),
  )
  .min(1);

/** The schedulers in turn, and where each takes over. */
export interface SequentialLROptions extends SchedulerTiming {
  readonly schedulers: readonly LearningRateScheduler[];
  /** The steps at which the second, third, ... begins, each counting from 0 then. */
  readonly milestones: readonly number[];
}

/** One scheduler after another. With a milestone at 0 the first has no part in it. */
export class SequentialLR extends LearningRateScheduler {
  static readonly schema: z.ZodType = z.strictObject({
    schedulers,
    milestones: z.array(z.int().min(0)),
    ...timingFields,
  });
  readonly #schedulers: readonly LearningRateScheduler[];
  readonly #milestones: readonly number[];

  constructor({ schedulers: parts, milestones, ...timing }: SequentialLROptions) {
    super(timing);
    parseOptions("SequentialLR", SequentialLR.schema, { schedulers: parts, milestones, ...timing });
    checkParts("SequentialLR", parts);
    const sorted = milestones.every((milestone, i) => i === 0 || milestone > milestones[i - 1]!);
    if (milestones.length !== parts.length - 1 || !sorted) {
      throw wrongParts(
        `SequentialLR of ${parts.length} schedulers needs ${parts.length - 1} milestones in order`,
        "each milestone is the step at which the next scheduler begins",
      );
    }
    this.#schedulers = parts;
    this.#milestones = milestones;
  }

  /** The others end at their milestones. */
  override get needsLength(): boolean {
    return this.#schedulers.at(-1)!.needsLength;
  }

  override rate(step: SchedulerStep): number {
    const { scheduler, count, total } = this.#active(step);
    return scheduler.rate({ ...step, count, total, current: count === 0 ? step.base : step.current });
  }

  override momentum(step: Pick<SchedulerStep, "count" | "total">): number | undefined {
    const { scheduler, count, total } = this.#active(step);
    return scheduler.momentum({ count, total });
  }

  #active({ count, total }: Pick<SchedulerStep, "count" | "total">): {
    readonly scheduler: LearningRateScheduler;
    readonly count: number;
    readonly total: number;
  } {
    const i = this.#milestones.filter((milestone) => milestone <= count).length;
    const begin = i === 0 ? 0 : this.#milestones[i - 1]!;
    const end = this.#milestones[i] ?? total;
    return { scheduler: this.#schedulers[i]!, count: count - begin, total: Math.max(1, end - begin) };
  }
}

/** The schedulers; each works on what the one before it has made of the rate. */
export interface ChainedSchedulerOptions extends SchedulerTiming {
  readonly schedulers: readonly LearningRateScheduler[];
}

/** Each scheduler changes what the one before it made of the learning rate. */
export class ChainedScheduler extends LearningRateScheduler {
  static readonly schema: z.ZodType = z.strictObject({ schedulers, ...timingFields });
  readonly #schedulers: readonly LearningRateScheduler[];

  constructor({ schedulers: parts, ...timing }: ChainedSchedulerOptions) {
    super(timing);
    parseOptions("ChainedScheduler", ChainedScheduler.schema, { schedulers: parts, ...timing });
    checkParts("ChainedScheduler", parts);
    this.#schedulers = parts;
  }

  override get needsLength(): boolean {
    return this.#schedulers.some(({ needsLength }) => needsLength);
  }

  override rate(step: SchedulerStep): number {
    return this.#schedulers.reduce(
      (current, scheduler) => scheduler.rate({ ...step, current }),
      step.current,
    );
  }

  override momentum(step: Pick<SchedulerStep, "count" | "total">): number | undefined {
    const momenta = this.#schedulers.map((scheduler) => scheduler.momentum(step));
    return momenta.findLast((momentum) => momentum !== undefined);
  }
}

/** Parts follow the whole's steps and see no logged values. */
function checkParts(name: string, parts: readonly LearningRateScheduler[]): void {
  for (const part of parts) {
    if (part.monitor !== undefined) {
      throw wrongParts(`${part.constructor.name} cannot be a part of ${name}`, "use it alone");
    }
    if (part.timing.interval !== undefined || part.timing.frequency !== undefined) {
      throw wrongParts(
        `a part of ${name} has an interval or a frequency of its own`,
        `say when ${name} takes a step, its parts take it too`,
      );
    }
  }
}

function wrongParts(message: string, hint: string): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "SCHEDULER_PARTS", message, { where: "scheduler", hint });
}

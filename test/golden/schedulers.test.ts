// Learning rates (and momenta) of every scheduler against torch's, step by step.
import { describe, expect, test } from "vitest";
import {
  ChainedScheduler,
  ConstantLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  CyclicLR,
  ExponentialLR,
  type LearningRateScheduler,
  LinearLR,
  MultiStepLR,
  OneCycleLR,
  PolynomialLR,
  ReduceLROnPlateau,
  Schedule,
  SequentialLR,
  StepLR,
  WarmupCosine,
} from "../../src/optim/index.ts";
import { readGolden } from "./read-golden.ts";

interface SchedulerSpec {
  readonly type: string;
  readonly schedulers?: readonly SchedulerSpec[];
  readonly [argument: string]: unknown;
}

interface SchedulerCase {
  readonly id: string;
  readonly scheduler: SchedulerSpec;
  readonly lrs?: readonly number[];
  readonly metrics?: readonly number[];
  readonly steps: number;
  readonly lr: readonly (readonly number[])[];
  readonly momentum?: readonly number[];
}

const { cases } = readGolden<{ readonly cases: readonly SchedulerCase[] }>("optim/schedulers.json");

const SCHEDULERS = {
  ChainedScheduler,
  ConstantLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  CyclicLR,
  ExponentialLR,
  LinearLR,
  MultiStepLR,
  OneCycleLR,
  PolynomialLR,
  ReduceLROnPlateau,
  SequentialLR,
  StepLR,
} as unknown as Readonly<Record<string, new (options: object) => LearningRateScheduler>>;

/** `T_max` -> `tMax`, `eta_min` -> `etaMin`. */
function optionName(argument: string): string {
  return argument.toLowerCase().replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function create({ type, schedulers, ...args }: SchedulerSpec): LearningRateScheduler {
  const { epochs, steps_per_epoch: stepsPerEpoch, ...rest } = args;
  const options = Object.fromEntries(Object.entries(rest).map(([name, value]) => [optionName(name), value]));
  return new SCHEDULERS[type]!({
    ...options,
    ...(schedulers === undefined ? {} : { schedulers: schedulers.map(create) }),
    ...(epochs === undefined ? {} : { totalSteps: Number(epochs) * Number(stepsPerEpoch) }),
  });
}

function expectNear(rate: number, wish: number, count: number): void {
  const near = Math.abs(rate - wish) <= 1e-12 + 1e-9 * Math.abs(wish);
  expect(near, `step ${count}: ${rate}, not ${wish}`).toBe(true);
}

/** Before torch 2.13 a first scheduler of no length leaves its tiny rate behind; here it has no part. */
const follows = cases.filter(({ scheduler }) => !(scheduler.milestones as number[] | undefined)?.includes(0));

test("there are cases of every scheduler", () => {
  expect(new Set(follows.map(({ scheduler }) => scheduler.type))).toEqual(new Set(Object.keys(SCHEDULERS)));
});

describe("as torch's", () => {
  test.each(follows)("$id", ({ scheduler, lrs = [0.1], metrics, steps, lr, momentum }) => {
    for (const [group, base] of lrs.entries()) {
      const schedule = new Schedule(create(scheduler), base, steps);
      for (const [count, rates] of lr.entries()) {
        if (count > 0) schedule.step(metrics?.[count - 1]);
        expectNear(schedule.rate, rates[group]!, count);
        if (momentum === undefined) expect(schedule.momentum).toBeUndefined();
        else expect(schedule.momentum, `momentum of step ${count}`).toBeCloseTo(momentum[count]!, 12);
      }
    }
  });

  test.each(follows)("$id continues from any step", ({ scheduler, lrs = [0.1], metrics, steps, lr }) => {
    const whole = new Schedule(create(scheduler), lrs[0]!, steps);
    for (let count = 1; count < lr.length; count++) {
      const resumed = new Schedule(create(scheduler), lrs[0]!, steps);
      resumed.loadState(JSON.parse(JSON.stringify(whole.state())));
      whole.step(metrics?.[count - 1]);
      resumed.step(metrics?.[count - 1]);
      expect(resumed.state()).toEqual(whole.state());
    }
  });
});

describe("warm-up and cosine in closed form", () => {
  const warmed = cases.flatMap((one) => {
    const [, maxEpochs, warmupEpochs] = /^warmup_cosine_e(\d+)_w(\d+)$/.exec(one.id) ?? [];
    if (maxEpochs === undefined) return [];
    const schedule = new Schedule(
      new WarmupCosine({ warmupEpochs: Number(warmupEpochs) }),
      one.lrs![0]!,
      Number(maxEpochs),
    );
    return [{ ...one, schedule, maxEpochs: Number(maxEpochs), warmupEpochs: Number(warmupEpochs) }];
  });

  test.each(warmed.filter(({ warmupEpochs }) => warmupEpochs > 0))(
    "$id, also past the last epoch",
    ({ schedule, lr }) => {
      for (const [epoch, [wish]] of lr.entries()) {
        if (epoch > 0) schedule.step();
        expectNear(schedule.rate, wish!, epoch);
      }
    },
  );

  test.each(warmed.filter(({ warmupEpochs }) => warmupEpochs === 0))(
    "$id begins at the full rate and ends at the lowest",
    ({ schedule, lrs, maxEpochs }) => {
      expect(schedule.rate).toBe(lrs![0]);
      for (let epoch = 0; epoch < maxEpochs; epoch++) schedule.step();
      expect(schedule.rate).toBeCloseTo(0.05 * lrs![0]!, 12);
    },
  );
});

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LinearData, type LinearModelOptions } from "../../../test/train/linear-problem.ts";
import { type Run, run } from "../../../test/train/run.ts";
import { StochasticWeightAveraging } from "../../callbacks/index.ts";
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
  SequentialLR,
  StepLR,
  WarmupCosine,
} from "../../optim/index.ts";
import { Callback } from "../callback.ts";
import { type LoadedCheckpoint, loadCheckpointOrPrevious } from "../checkpoint/checkpoint.ts";
import type { FitContext } from "../context.ts";
import type { EventOf } from "../events.ts";
import type { TrainerOptions } from "../options.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "classifier-training-longer-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

class SaveAtEpochEnd extends Callback {
  override readonly stateKey = "SaveAtEpochEnd";
  override async onTrainEpochEnd(_: EventOf<"trainEpochEnd">, context: FitContext): Promise<void> {
    await context.saveCheckpoint(join(folder, "last.safetensors"));
  }
}

type Interval = "epoch" | "step";

/** Three batches an epoch. */
async function trained(
  options: TrainerOptions,
  model: LinearModelOptions,
  { checkpoint, callbacks = [], samples = 12 }: Resumption = {},
): Promise<Run> {
  return run({
    options,
    model,
    data: new LinearData({ name: "longer", samples, batch: 4 }),
    parts: { callbacks: [new SaveAtEpochEnd(), ...callbacks] },
    fit: { checkpoint },
  });
}

interface Resumption {
  readonly checkpoint?: LoadedCheckpoint;
  readonly callbacks?: readonly Callback[];
  readonly samples?: number;
}

const saved = (): Promise<LoadedCheckpoint> => loadCheckpointOrPrevious(join(folder, "last.safetensors"));

/** Learning rate of every batch. */
const rates = ({ events }: Run): number[] =>
  events.flatMap((event) => (event.type === "trainBatchEnd" ? [event.learningRate] : []));

const SCHEDULERS: Readonly<Record<string, (interval: Interval) => LearningRateScheduler>> = {
  StepLR: (interval) => new StepLR({ stepSize: 2, gamma: 0.5, interval }),
  MultiStepLR: (interval) => new MultiStepLR({ milestones: [1, 3], gamma: 0.5, interval }),
  ExponentialLR: (interval) => new ExponentialLR({ gamma: 0.9, interval }),
  LinearLR: (interval) => new LinearLR({ totalIters: 3, interval }),
  ConstantLR: (interval) => new ConstantLR({ totalIters: 3, interval }),
  PolynomialLR: (interval) => new PolynomialLR({ power: 2, interval }),
  CosineAnnealingLR: (interval) => new CosineAnnealingLR({ etaMin: 0.01, interval }),
  "CosineAnnealingLR with t_max": (interval) => new CosineAnnealingLR({ tMax: 2, interval }),
  CosineAnnealingWarmRestarts: (interval) => new CosineAnnealingWarmRestarts({ t0: 3, interval }),
  WarmupCosine: (interval) => new WarmupCosine({ warmupEpochs: 1, interval }),
  CyclicLR: (interval) => new CyclicLR({ baseLr: 0.01, stepSizeUp: 2, cycleMomentum: false, interval }),
  OneCycleLR: (interval) => new OneCycleLR({ cycleMomentum: false, interval }),
  SequentialLR: (interval) =>
    new SequentialLR({ schedulers: [new LinearLR(), new PolynomialLR()], milestones: [2], interval }),
  ChainedScheduler: (interval) =>
    new ChainedScheduler({ schedulers: [new ConstantLR(), new CosineAnnealingLR()], interval }),
};

describe("a run that is resumed to train longer", () => {
  test("has the learning rates of the longer schedule from its first step on", async () => {
    const model = {
      learningRate: 5e-4,
      scheduler: () => new WarmupCosine({ warmupEpochs: 0, interval: "epoch" }),
    };
    await trained({ maxEpochs: 2 }, model);
    const resumed = rates(await trained({ maxEpochs: 4 }, model, { checkpoint: await saved() }));
    expect(resumed).toHaveLength(6);
    expect(resumed[0]).toBeCloseTo(2.625e-4, 12);
    expect(resumed[3]).toBeCloseTo(9.456e-5, 8);
  });

  describe.each(["epoch", "step"] as const)("per %s", (interval) => {
    test.each(Object.entries(SCHEDULERS))("with %s", async (_, create) => {
      const model = { scheduler: () => create(interval) };
      const whole = await trained({ maxEpochs: 4 }, model);
      await trained({ maxEpochs: 2 }, model);
      const resumed = await trained({ maxEpochs: 4 }, model, { checkpoint: await saved() });
      expect(rates(resumed)).toEqual(rates(whole).slice(6));
    });

    test("by a limit of steps", async () => {
      const model = { scheduler: () => new CosineAnnealingLR({ interval }) };
      const whole = await trained({ maxEpochs: 9, maxSteps: 12 }, model);
      await trained({ maxEpochs: 9, maxSteps: 6 }, model);
      const resumed = await trained({ maxEpochs: 9, maxSteps: 12 }, model, { checkpoint: await saved() });
      expect(rates(resumed)).toEqual(rates(whole).slice(6));
    });

    test("a plateau goes on from where it stands", async () => {
      const model = {
        scheduler: () => new ReduceLROnPlateau({ patience: 0, threshold: 1, factor: 0.5, monitor: "lr" }),
      };
      const whole = await trained({ maxEpochs: 5 }, model);
      await trained({ maxEpochs: 2 }, model);
      const resumed = await trained({ maxEpochs: 5 }, model, { checkpoint: await saved() });
      expect(new Set(rates(whole)).size).toBeGreaterThan(3);
      expect(rates(resumed)).toEqual(rates(whole).slice(6));
    });
  });

  test("with fewer batches an epoch counts the steps that were taken and those to come", async () => {
    const model = { scheduler: () => new PolynomialLR({ interval: "step" }), learningRate: 0.1 };
    await trained({ maxEpochs: 1 }, model);
    const options = { maxEpochs: 4, limitTrainBatches: 1 };
    const resumed = await trained(options, model, { checkpoint: await saved() });
    expect(rates(resumed).map((rate) => Number((rate / 0.1).toFixed(12)))).toEqual(
      [3 / 6, 2 / 6, 1 / 6].map((x) => Number(x.toFixed(12))),
    );
  });

  test("is refused where the schedule says how long it is", async () => {
    const model = {
      scheduler: () => new OneCycleLR({ totalSteps: 6, cycleMomentum: false }),
    };
    await trained({ maxEpochs: 2 }, model);
    const resumed = trained({ maxEpochs: 4 }, model, { checkpoint: await saved() });
    await expect(resumed).rejects.toMatchObject({ kind: "usage", code: "SCHEDULER_TOO_SHORT" });
  });

  test("is refused where averaging would have begun at another epoch", async () => {
    const swa = (swaEpochStart: number) => [new StochasticWeightAveraging({ swaLrs: 0.05, swaEpochStart })];
    await trained({ maxEpochs: 4 }, {}, { callbacks: swa(0.5) });
    const checkpoint = await saved();
    const resumed = trained({ maxEpochs: 8 }, {}, { checkpoint, callbacks: swa(0.5) });
    await expect(resumed).rejects.toMatchObject({ kind: "usage", code: "RESUME_AVERAGE" });
    await trained({ maxEpochs: 4 }, {}, { callbacks: swa(3) });
    const allowed = await trained({ maxEpochs: 6 }, {}, { checkpoint: await saved(), callbacks: swa(3) });
    expect(allowed.result.progress.epoch).toBe(6);
  });
});

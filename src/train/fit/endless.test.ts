// A training without a limit of epochs: what ends it, what it can be scheduled by, how it is resumed.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LinearData, type LinearModelOptions } from "../../../test/train/linear-problem.ts";
import { type Run, type RunOptions, run } from "../../../test/train/run.ts";
import { EarlyStopping, StochasticWeightAveraging } from "../../callbacks/index.ts";
import {
  ChainedScheduler,
  ConstantLR,
  CosineAnnealingLR,
  CyclicLR,
  type LearningRateScheduler,
  LinearLR,
  OneCycleLR,
  PolynomialLR,
  ReduceLROnPlateau,
  SequentialLR,
  StepLR,
  WarmupCosine,
} from "../../optim/index.ts";
import { Callback } from "../callback.ts";
import { loadCheckpointOrPrevious } from "../checkpoint/checkpoint.ts";
import type { FitContext } from "../context.ts";
import type { EventOf } from "../events.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "classifier-training-endless-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Saves after every epoch, and stops after some. */
class StopAfter extends Callback {
  override readonly stateKey = "StopAfter";
  readonly #epochs: number;
  constructor(epochs: number) {
    super();
    this.#epochs = epochs;
  }
  override async onTrainEpochEnd({ epoch }: EventOf<"trainEpochEnd">, context: FitContext): Promise<void> {
    await context.saveCheckpoint(join(folder, "last.safetensors"));
    if (epoch + 1 === this.#epochs) context.stop("enough");
  }
}

/** Three batches an epoch. */
const trained = (
  model: LinearModelOptions,
  callbacks: readonly Callback[],
  options: RunOptions["options"] = {},
  fit: RunOptions["fit"] = {},
): Promise<Run> =>
  run({
    options: { maxEpochs: -1, ...options },
    model,
    data: new LinearData({ name: "endless", samples: 12, batch: 4 }),
    parts: { callbacks },
    fit,
  });

const rates = ({ events }: Run): number[] =>
  events.flatMap((event) => (event.type === "trainBatchEnd" ? [event.learningRate] : []));

const withScheduler = (scheduler: LearningRateScheduler): LinearModelOptions => ({
  scheduler: () => scheduler,
});

test("goes on until a callback stops it", async () => {
  const { result } = await trained(withScheduler(new StepLR({ stepSize: 100 })), [new StopAfter(7)]);
  expect(result.progress).toMatchObject({ epoch: 7, step: 21 });
  const patient = new EarlyStopping({ monitor: "val/loss", mode: "min", patience: 1, minDelta: 100 });
  const stopped = await trained(withScheduler(new ReduceLROnPlateau()), [patient]);
  expect(stopped.result.status).toBe("stopped");
});

test("ends after its steps, with the schedule of a training of so many", async () => {
  for (const scheduler of [
    new WarmupCosine({ interval: "step" }),
    new OneCycleLR({ cycleMomentum: false }),
  ]) {
    const endless = await trained(withScheduler(scheduler), [], { maxSteps: 12 });
    const counted = await trained(withScheduler(scheduler), [], { maxEpochs: 4 });
    expect(rates(endless)).toEqual(rates(counted));
    expect(rates(endless)).toHaveLength(12);
  }
});

test("ends after its time", async () => {
  const { result } = await trained(withScheduler(new StepLR({ stepSize: 1 })), [], { maxSeconds: 1e-9 });
  expect(result.status).toBe("completed");
  expect(result.progress.step).toBe(1);
});

test.each<LearningRateScheduler>([
  new WarmupCosine(),
  new CosineAnnealingLR(),
  new PolynomialLR(),
  new OneCycleLR({ totalSteps: 50, cycleMomentum: false }),
  new SequentialLR({ schedulers: [new LinearLR(), new PolynomialLR()], milestones: [2] }),
  new ChainedScheduler({ schedulers: [new ConstantLR(), new CosineAnnealingLR()] }),
])("is refused before it begins where $constructor.name needs a length", async (scheduler) => {
  for (const options of [{}, { maxSeconds: 100 }]) {
    await expect(trained(withScheduler(scheduler), [new StopAfter(1)], options)).rejects.toMatchObject({
      kind: "usage",
      code: "SCHEDULER_LENGTH",
      where: "trainer.max_epochs",
    });
  }
});

test.each<LearningRateScheduler>([
  new CosineAnnealingLR({ tMax: 2 }),
  new PolynomialLR({ totalIters: 3 }),
  new CyclicLR({ baseLr: 0.01, stepSizeUp: 2, cycleMomentum: false }),
  new SequentialLR({ schedulers: [new PolynomialLR(), new LinearLR()], milestones: [2] }),
])("is resumed to the bit with $constructor.name, which needs none", async (scheduler) => {
  const model = withScheduler(scheduler);
  const whole = await trained(model, [new StopAfter(4)]);
  await trained(model, [new StopAfter(2)]);
  const checkpoint = await loadCheckpointOrPrevious(join(folder, "last.safetensors"));
  const resumed = await trained(model, [new StopAfter(4)], {}, { checkpoint });
  expect(rates(resumed)).toEqual(rates(whole).slice(6));
  expect(resumed.result.metrics["val/loss"]).toBe(whole.result.metrics["val/loss"]);
});

test("averaging begins at an epoch, not at a share of none", async () => {
  const model = withScheduler(new StepLR({ stepSize: 100 }));
  const swa = (swaEpochStart: number) => new StochasticWeightAveraging({ swaLrs: 0.05, swaEpochStart });
  await expect(trained(model, [swa(0.8), new StopAfter(1)])).rejects.toMatchObject({ code: "SWA_START" });
  const { result } = await trained(model, [swa(2), new StopAfter(4)]);
  expect(result.progress.epoch).toBe(4);
});

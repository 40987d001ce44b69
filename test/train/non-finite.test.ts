// Numbers that are not finite, put into loss, gradient, weights and metrics on every runtime: what the guard does.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ModelCheckpoint, NonFiniteGuard, type NonFiniteGuardOptions } from "../../src/callbacks/index.ts";
import type { TrainerData } from "../../src/core/index.ts";
import { hostTensor } from "../../src/core/index.ts";
import type { StateDict } from "../../src/nn/index.ts";
import { AdamW } from "../../src/optim/index.ts";
import {
  Callback,
  type EventOf,
  type FitContext,
  type FitOptions,
  loadCheckpointOrPrevious,
} from "../../src/train/index.ts";
import { findRuntimes } from "../conformance/runtimes.ts";
import { LinearData, OutputSum } from "./linear-problem.ts";
import { type Run, run, SaveWhenInterrupted } from "./run.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "non-finite-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The three batches of an epoch, one of them spoilt in epoch 1. */
function spoilt(spoil: (labels: Float64Array, images: Float64Array) => void, batches = [1]): TrainerData {
  const data = new LinearData({ name: "trainer" });
  return {
    valLoader: () => data.valLoader(),
    testLoader: () => undefined,
    trainLoader: (epoch, options) => {
      const source = data.trainLoader(epoch, options);
      return {
        length: source.length,
        async *[Symbol.asyncIterator]() {
          let b = options?.startBatch ?? 0;
          for await (const batch of source) {
            if (epoch === 1 && batches.includes(b++)) {
              spoil(batch.labels.data as Float64Array, batch.images.data as Float64Array);
            }
            yield batch;
          }
        },
      };
    },
  };
}

/** Everything that a checkpoint would hold, after each batch. */
class States extends Callback {
  override readonly stateKey = "States";
  readonly seen: StateDict[] = [];
  override async onTrainBatchEnd(_: EventOf<"trainBatchEnd">, { engine }: FitContext): Promise<void> {
    this.seen.push(await engine.readState());
  }
}

/** Puts NaN into the weights before step `step` (from 0). */
class Poison extends Callback {
  override readonly stateKey = "Poison";
  constructor(readonly step: number) {
    super();
  }
  override async onTrainBatchEnd(
    _: EventOf<"trainBatchEnd">,
    { engine, progress }: FitContext,
  ): Promise<void> {
    if (progress.step !== this.step) return;
    const weight = hostTensor("float64", [1, 2], Float64Array.of(Number.NaN, 0));
    await engine.writeWeights(new Map([["weight", weight]]));
  }
}

const model = { optimizer: () => new AdamW({ weightDecay: 0.1 }), learningRate: 0.01 };
const lossIsNaN = spoilt((labels) => labels.fill(Number.NaN));
// Squares fit into float32, the gradient's norm does not; float64 needs larger ones.
const gradientOverflows = (name: string): TrainerData =>
  spoilt((labels, images) => {
    labels.fill(0);
    images.fill(name === "reference" ? 1e110 : 1e13);
  });

const found = ({ events }: Run): unknown[] =>
  events.flatMap((event) =>
    event.type === "nonFinite" ? [[event.what, event.epoch, event.batch, event.step]] : [],
  );

describe.each(await findRuntimes())("on $name", ({ name, runtime, available }) => {
  const trained = (
    data: TrainerData,
    guard: NonFiniteGuardOptions | undefined,
    more: Callback[] = [],
  ): Promise<Run> =>
    run({
      options: { maxEpochs: 3 },
      model,
      data,
      parts: { runtime, callbacks: [...(guard ? [new NonFiniteGuard(guard)] : []), ...more] },
    });

  test.skipIf(!available).each([undefined, { action: "stop" } as const])(
    "stops at the step: %o",
    async (guard) => {
      await expect(trained(lossIsNaN, guard)).rejects.toMatchObject({
        exitCode: 4,
        code: "NON_FINITE_LOSS",
        message: "the loss is NaN at step 5",
        where: "epoch 1, batch 1",
      });
      await expect(trained(gradientOverflows(name), guard)).rejects.toMatchObject({
        exitCode: 4,
        message: expect.stringMatching(/ at step 5$/),
      });
      await expect(
        trained(new LinearData({ name: "trainer" }), guard, [new Poison(2)]),
      ).rejects.toMatchObject({
        code: "NON_FINITE_LOSS",
        message: "the loss is NaN at step 3",
      });
      await expect(
        trained(new LinearData({ name: "trainer" }), guard, [new Poison(3)]),
      ).rejects.toMatchObject({
        code: "NON_FINITE_VALIDATION",
        message: "the validation loss is NaN after step 3",
      });
    },
  );

  test.skipIf(!available)("a skipped step leaves no trace", async () => {
    for (const data of [lossIsNaN, gradientOverflows(name)]) {
      const states = new States();
      const outcome = await trained(data, { action: "skip" }, [states]);
      expect(found(outcome)).toEqual([[expect.stringMatching(/loss|gradient/), 1, 1, 4]]);
      expect(states.seen[4]).toEqual(states.seen[3]);
      expect(states.seen[5]).not.toEqual(states.seen[4]);
      expect(outcome.result).toMatchObject({
        status: "completed",
        progress: { epoch: 3, step: 9, lostSteps: 1 },
        metrics: { "train/skipped_steps": 1 },
      });
      for (const value of Object.values(outcome.result.metrics)) expect(value).toSatisfy(Number.isFinite);
    }
  });

  test.skipIf(!available)("a roll back goes on from the beginning of the epoch", async () => {
    for (const more of [[], [new Poison(4)]]) {
      const states = new States();
      const data = more.length === 0 ? lossIsNaN : new LinearData({ name: "trainer" });
      const outcome = await trained(data, { action: "roll_back" }, [states, ...more]);
      expect(found(outcome)).toEqual([["loss", 1, 1, 4]]);
      expect(states.seen[4]).toEqual(states.seen[2]);
      expect(outcome.result).toMatchObject({
        status: "completed",
        progress: { epoch: 3, step: 9, lostSteps: 2 },
        metrics: { "train/roll_backs": 1 },
      });
    }
  });

  test.skipIf(!available)("neither goes on for ever", async () => {
    const always = spoilt((labels) => labels.fill(Number.NaN), [0, 1, 2]);
    for (const guard of [
      { action: "skip", maxSkips: 2 },
      { action: "roll_back", maxRollBacks: 2 },
    ] as const) {
      await expect(trained(always, guard)).rejects.toMatchObject({ message: "the loss is NaN at step 6" });
    }
  });

  test.skipIf(!available)("weights whose validation loss is no number are never best", async () => {
    const checkpoint = new ModelCheckpoint({ dirpath: join(folder, name), monitor: "val/flattering" });
    class Flattering extends OutputSum {
      override compute(): Record<string, number> {
        return { flattering: Number.isFinite(super.compute().output_sum) ? 0 : 1 };
      }
    }
    await run({
      options: { maxEpochs: 2 },
      model: { ...model, metrics: { val: new Flattering() } },
      parts: {
        runtime,
        callbacks: [new NonFiniteGuard({ action: "skip" }), new Poison(6), checkpoint],
      },
    });
    expect(checkpoint.best).toMatchObject({ epoch: 0, score: 0 });
  });

  test.skipIf(!available)("a metric that is no number is never best", async () => {
    const dirpath = join(folder, `${name}-metric`);
    const checkpoint = new ModelCheckpoint({ dirpath, monitor: "val/output_sum" });
    let validations = 0;
    class Failing extends OutputSum {
      override compute(): Record<string, number> {
        return ++validations === 1 ? super.compute() : { output_sum: Number.NaN };
      }
    }
    await run({
      options: { maxEpochs: 2 },
      model: { ...model, metrics: { val: new Failing() } },
      parts: { runtime, callbacks: [checkpoint] },
    });
    expect(checkpoint.best).toMatchObject({ epoch: 0 });
  });

  /** A fit of three epochs, interrupted at its `place`-th event and gone on with; with infinity never interrupted. */
  const resumedAt = async (place: number, guard: NonFiniteGuardOptions): Promise<Run> => {
    const path = join(folder, `${name}-${guard.action}-${place}.safetensors`);
    const part = (fit: FitOptions, watch?: () => void): Promise<Run> =>
      run({
        options: { maxEpochs: 3 },
        model,
        data: lossIsNaN,
        parts: {
          runtime,
          average: { decay: 0.5 },
          callbacks: [new NonFiniteGuard(guard), new SaveWhenInterrupted(path)],
        },
        fit,
        ...(watch && { watch }),
      });
    const controller = new AbortController();
    let events = 0;
    const cut = await part({ signal: controller.signal }, () => {
      if (events++ === place) controller.abort();
    });
    if (place === Number.POSITIVE_INFINITY) return cut;
    expect(cut.result.status).toBe("interrupted");
    return part({ checkpoint: await loadCheckpointOrPrevious(path) });
  };
  const lastBatch = ({ events }: Run): number => events.findLastIndex(({ type }) => type === "trainBatchEnd");
  /** Interrupts at every event on the fastest runtime, at some of each kind on the others. */
  const stride = name === "reference" ? 1 : 7;
  const outcome = ({ result, weights, averages }: Run): unknown => ({
    weights,
    averages,
    metrics: result.metrics,
    progress: { ...result.progress, seconds: 0 },
  });

  test.skipIf(!available)("a skipped step is skipped alike in a resumed run", async () => {
    const whole = await resumedAt(Number.POSITIVE_INFINITY, { action: "skip" });
    expect(whole.result.progress).toMatchObject({ lostSteps: 1 });
    for (let place = 1; place < lastBatch(whole); place += stride) {
      const again = await resumedAt(place, { action: "skip" });
      expect(outcome(again), `interrupted at event ${place}`).toEqual(outcome(whole));
    }
  });

  test.skipIf(!available)("a roll back in a resumed run goes back to where that began", async () => {
    const whole = await resumedAt(Number.POSITIVE_INFINITY, { action: "roll_back" });
    expect(whole.result.progress).toMatchObject({ lostSteps: 2 });
    const types = whole.events.map(({ type }) => type);
    const spoiltEpoch = types.indexOf("trainEpochStart", types.indexOf("trainEpochEnd"));
    const rollBack = types.indexOf("nonFinite");
    for (let place = 0; place < lastBatch(whole); place += stride) {
      const again = await resumedAt(place, { action: "roll_back" });
      const label = `interrupted at event ${place}, ${types[place]}`;
      // Between the epoch's first step and the roll back that step is kept, since the run was resumed behind it.
      const keepsStep = place >= spoiltEpoch && place < rollBack;
      expect(again.result.progress.lostSteps, label).toBe(keepsStep ? 1 : 2);
      if (keepsStep) expect(again.weights, label).not.toEqual(whole.weights);
      else expect(outcome(again), label).toEqual(outcome(whole));
    }
  });
});

// Numbers that are not finite, put into loss, gradient, weights and metrics on every runtime: what the guard does.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ModelCheckpoint, NonFiniteGuard, type NonFiniteGuardOptions } from "../../src/callbacks/index.ts";
import { hostTensor } from "../../src/core/index.ts";
import type { StateDict } from "../../src/nn/index.ts";
import { AdamW } from "../../src/optim/index.ts";
import { Callback, type DataModule, type EventOf, type FitContext } from "../../src/train/index.ts";
import { findRuntimes } from "../conformance/runtimes.ts";
import { LinearData, OutputSum } from "./linear-problem.ts";
import { type Run, run } from "./run.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "non-finite-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The three batches of an epoch, one of them spoilt in epoch 1. */
function spoilt(spoil: (labels: Float64Array, images: Float64Array) => void, batches = [1]): DataModule {
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
const gradientOverflows = (name: string): DataModule =>
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
    data: DataModule,
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
});

test("a metric that is no number is never best", async () => {
  const checkpoint = new ModelCheckpoint({ dirpath: join(folder, "metric"), monitor: "val/output_sum" });
  let validations = 0;
  class Failing extends OutputSum {
    override compute(): Record<string, number> {
      return ++validations === 1 ? super.compute() : { output_sum: Number.NaN };
    }
  }
  await run({
    options: { maxEpochs: 2 },
    model: { metrics: { val: new Failing() } },
    parts: { callbacks: [checkpoint] },
  });
  expect(checkpoint.best).toMatchObject({ epoch: 0 });
});

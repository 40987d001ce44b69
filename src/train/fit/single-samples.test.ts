// A training batch of a single sample: left out where batch norm would meet one value a channel, else trained on.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fill } from "../../../test/golden/formula.ts";
import { LinearModel } from "../../../test/train/linear-problem.ts";
import { SaveWhenInterrupted } from "../../../test/train/run.ts";
import type { BatchSource, TrainerData } from "../../core/index.ts";
import { hostTensor, type Shape } from "../../core/index.ts";
import type { Value } from "../../graph/index.ts";
import { BatchNorm2d, Conv2d, Flatten, GlobalAvgPool2d, Linear, Module } from "../../nn/index.ts";
import { OneCycleLR, SGD } from "../../optim/index.ts";
import { referenceRuntime } from "../../runtime/reference/index.ts";
import { loadCheckpointOrPrevious } from "../checkpoint/checkpoint.ts";
import type { EventOf, TrainingEvent } from "../events.ts";
import type { TrainerOptions } from "../options.ts";
import { type FitOptions, type FitResult, Trainer, type TrainerParts } from "../trainer.ts";
import { learningRateRangeTest } from "./learning-rate-finder.ts";

class NormalisingNetwork extends Module {
  readonly conv = new Conv2d(2, 2, 1);
  readonly bn = new BatchNorm2d(2);
  readonly pool = new GlobalAvgPool2d();
  readonly flatten = new Flatten();
  readonly fc = new Linear(2, 1);

  override forward(x: Value): Value {
    const features = this.bn.call(this.conv.call(x));
    return this.fc.call(this.flatten.call(this.pool.call(features)));
  }
}

class NormalisingModel extends LinearModel {
  override readonly network: Module = new NormalisingNetwork();
}

interface Samples {
  /** Training samples; default 9. */
  readonly count?: number;
  /** Default 4. */
  readonly batchSize?: number;
  /** Height and width of the maps; default 1. */
  readonly side?: number;
  /** Whether the trainer is told of shape and sizes ahead; default true. */
  readonly known?: boolean;
}

/** Samples whose order moves on by one in every epoch. */
function samples({ count = 9, batchSize = 4, side = 1, known = true }: Samples = {}): TrainerData {
  const sample: Shape = [2, side, side];
  const [x, y] = [fill("single.x", [count, ...sample], -1, 1), fill("single.y", [count], -1, 1)];
  const size = x.data.length / count;
  const length = Math.ceil(count / batchSize);
  const source = (epoch: number, startBatch: number): BatchSource => ({
    length,
    ...(known ? { samples: count, batchSize } : {}),
    async *[Symbol.asyncIterator]() {
      for (let batch = startBatch; batch < length; batch++) {
        const places = Array.from({ length: count }, (_, i) => i).slice(
          batch * batchSize,
          (batch + 1) * batchSize,
        );
        const indices = places.map((place) => (place + epoch) % count);
        const rows = indices.flatMap((i) => [...x.data.subarray(i * size, (i + 1) * size)].map(Number));
        yield {
          images: hostTensor("float64", [indices.length, ...sample], Float64Array.from(rows)),
          labels: hostTensor(
            "float64",
            [indices.length, 1],
            Float64Array.from(indices, (i) => Number(y.data[i])),
          ),
          indices,
          batch,
        };
      }
    },
  });
  return {
    trainLoader: (epoch, { startBatch = 0 } = {}) => source(epoch, startBatch),
    valLoader: () => undefined,
    testLoader: () => undefined,
    ...(known ? { inputShape: async () => sample } : {}),
  };
}

interface Fitted {
  readonly events: readonly TrainingEvent[];
  readonly result: FitResult;
  readonly weights: readonly number[];
}

async function trainOn(
  data: TrainerData,
  options: TrainerOptions = {},
  {
    parts = {},
    fit: more = {},
    watch = () => undefined,
  }: { parts?: Partial<TrainerParts>; fit?: FitOptions; watch?: (event: TrainingEvent) => void } = {},
): Promise<Fitted> {
  await using trainer = new Trainer({ maxEpochs: 3, ...options }, { runtime: referenceRuntime, ...parts });
  const events: TrainingEvent[] = [];
  const fitting = trainer.fit(new NormalisingModel(), data, more);
  let next = await fitting.next();
  for (; !next.done; next = await fitting.next()) {
    events.push(next.value);
    watch(next.value);
  }
  const weights = [...(await trainer.engine!.readWeights()).values()].flatMap(({ data }) =>
    Array.from(data, Number),
  );
  return { events, result: next.value, weights };
}

const leavesOutLast = ({ events }: Fitted): boolean =>
  events.find((event): event is EventOf<"trainStart"> => event.type === "trainStart")!.leavesOutLast;
const trained = ({ events }: Fitted): (readonly number[])[] =>
  events.flatMap((event) => (event.type === "trainBatchEnd" ? [[...event.batch.indices]] : []));
const leftOut = ({ events }: Fitted): number[] =>
  events.flatMap((event) => (event.type === "trainEpochEnd" ? [event.leftOut] : []));

test("the last sample of an epoch is left out, another in every epoch, which is known ahead", async () => {
  const result = await trainOn(samples());
  expect(leavesOutLast(result)).toBe(true);
  expect(leftOut(result)).toEqual([0, 0, 0]);
  expect(trained(result)).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [2, 3, 4, 5],
    [6, 7, 8, 0],
  ]);
  expect(result.result.progress).toMatchObject({ epoch: 3, step: 6 });
});

test("accumulation and schedules count the batches that are left", async () => {
  const data = samples({ count: 13 });
  const accumulated = await trainOn(data, { accumulateGradBatches: 2, maxEpochs: 1 });
  expect(accumulated.result.progress.step).toBe(2);
  // Its rate falls to the end, which is the last step.
  const scheduler = new OneCycleLR({ maxLr: 0.1 });
  const result = await trainOn(
    data,
    { maxEpochs: 2 },
    { parts: { scheduler, optimizer: new SGD({ momentum: 0.9 }) } },
  );
  const rates = result.events.flatMap((event) =>
    event.type === "trainBatchEnd" ? [event.learningRate] : [],
  );
  expect(rates).toHaveLength(6);
  expect(rates.at(-1)).toBe(Math.min(...rates));
});

test("a fit that is resumed behind any batch gives the same bits", async () => {
  const folder = await mkdtemp(join(tmpdir(), "single-samples-"));
  try {
    const whole = await trainOn(samples());
    for (let stopAt = 1; stopAt < 6; stopAt++) {
      const path = join(folder, `${stopAt}.safetensors`);
      const stop = new AbortController();
      let seen = 0;
      await trainOn(
        samples(),
        {},
        {
          parts: { callbacks: [new SaveWhenInterrupted(path)] },
          fit: { signal: stop.signal },
          watch: ({ type }) => {
            if (type === "trainBatchEnd" && ++seen === stopAt) stop.abort();
          },
        },
      );
      const resumed = await trainOn(
        samples(),
        {},
        { fit: { checkpoint: await loadCheckpointOrPrevious(path) } },
      );
      expect(resumed.weights).toEqual(whole.weights);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a single sample of larger maps is trained on", async () => {
  const result = await trainOn(samples({ side: 2 }), { maxEpochs: 1 });
  expect(leavesOutLast(result)).toBe(false);
  expect(trained(result).at(-1)).toEqual([8]);
});

test("so is one that a frozen batch norm meets, unless it thaws before the end", async () => {
  const freeze = ["conv.*", "bn.*"];
  const frozen = await trainOn(samples(), {}, { parts: { fineTuning: { freeze } } });
  expect(leavesOutLast(frozen)).toBe(false);
  expect(trained(frozen)).toHaveLength(9);
  const late = await trainOn(samples(), {}, { parts: { fineTuning: { freeze, unfreezeEpoch: 3 } } });
  expect(trained(late)).toHaveLength(9);
  const thawed = await trainOn(samples(), {}, { parts: { fineTuning: { freeze, unfreezeEpoch: 2 } } });
  expect(leavesOutLast(thawed)).toBe(true);
  expect(trained(thawed)).toHaveLength(6);
});

test("one that is not known ahead is left out as it comes, and counted", async () => {
  const result = await trainOn(samples({ known: false }), { accumulateGradBatches: 3 });
  expect(leavesOutLast(result)).toBe(false);
  expect(leftOut(result)).toEqual([1, 1, 1]);
  expect(trained(result)).toHaveLength(6);
  // The step whose last batch it would have been is taken with the others.
  expect(result.result.progress.step).toBe(3);
});

test.each([
  { batchSize: 1, count: 3 },
  { batchSize: 4, count: 1 },
])("$count samples in batches of $batchSize are refused", async ({ batchSize, count }) => {
  const refused = { kind: "usage", code: "BATCH_OF_ONE", where: "data.batch_size" };
  for (const known of [true, false])
    await expect(trainOn(samples({ batchSize, count, known }))).rejects.toMatchObject(refused);
  await expect(trainOn(samples({ batchSize, count, side: 2 }))).resolves.toBeDefined();
});

test("the range test of the learning rate passes over it", async () => {
  await using trainer = new Trainer({}, { runtime: referenceRuntime, optimizer: new SGD() });
  const engine = await trainer.open(new NormalisingModel());
  expect(await learningRateRangeTest(engine, samples(), { steps: 5, maxLr: 1e-3 })).toHaveLength(5);
});

import { beforeEach, describe, expect, test } from "vitest";
import type { Batch, BatchSource } from "../../core/index.ts";
import { float32, hostTensor, RandomStream } from "../../core/index.ts";
import type { Value } from "../../graph/index.ts";
import { BaseClassificationModel, classificationModelSchema } from "../../models/index.ts";
import {
  BatchNorm2d,
  ClassificationNetwork,
  Conv2d,
  Flatten,
  GlobalAvgPool2d,
  Linear,
  type Module,
  Sequential,
} from "../../nn/index.ts";
import { referenceRuntime } from "../../runtime/reference/index.ts";
import type { Stage } from "../contracts.ts";
import { Trainer } from "../trainer.ts";
import { FeatureDataModule, type FeatureSource } from "./feature-data-module.ts";
import { computeFeatures, onFeatures } from "./features.ts";
import { fineTuningSchema } from "./fine-tuning.ts";

class SmallNetwork extends ClassificationNetwork {
  readonly conv = new Conv2d(3, 4, 3, { padding: 1 });
  readonly norm = new BatchNorm2d(4);
  readonly pool = new GlobalAvgPool2d();
  readonly flatten = new Flatten();
  readonly fc = new Linear(4, 3);

  override get classifier(): Module {
    return this.fc;
  }

  override forwardFeatures(x: Value): Value {
    return this.flatten.call(this.pool.call(this.norm.call(this.conv.call(x))));
  }
}

class SmallModel extends BaseClassificationModel {
  override readonly architecture = "small";
  protected override buildNetwork(): Module {
    return new SmallNetwork();
  }
}

const PIXELS = 3 * 4 * 4;
const COUNTS: Readonly<Record<Stage, number>> = { train: 10, val: 5, test: 5 };

function sample(stage: Stage, index: number): Float32Array {
  const random = new RandomStream(0, stage, [index, 0]);
  return Float32Array.from({ length: PIXELS }, () => random.normal() + (index % 3));
}

/** Samples in memory whose order differs from epoch to epoch; those of `unreadable` are left out. */
class Samples implements FeatureSource {
  readonly classes = ["a", "b", "c"];
  readonly options = { sampler: {}, batchSize: 4, dropLast: false };
  readonly splits = { train: split("train"), val: split("val"), test: split("test") };
  readonly #unreadable: number | undefined;

  constructor(unreadable?: number) {
    this.#unreadable = unreadable;
  }

  trainOrder(epoch: number): Uint32Array {
    return Uint32Array.from({ length: COUNTS.train }, (_, i) => (i * 3 + epoch) % COUNTS.train);
  }

  trainLoader(epoch: number, { startBatch = 0 } = {}): BatchSource {
    return this.#batches("train", this.trainOrder(epoch), startBatch);
  }

  valLoader(): BatchSource {
    return this.evaluationLoader("val");
  }

  testLoader(): BatchSource {
    return this.evaluationLoader("test");
  }

  evaluationLoader(stage: Stage): BatchSource {
    return this.#batches(stage, Uint32Array.from(this.splits[stage].labels.keys()), 0);
  }

  #batches(stage: Stage, order: Uint32Array, startBatch: number): BatchSource {
    const length = Math.ceil(order.length / 4);
    const unreadable = this.#unreadable;
    return {
      length,
      async *[Symbol.asyncIterator]() {
        for (let batch = startBatch; batch < length; batch++) {
          const indices = order.subarray(batch * 4, batch * 4 + 4).filter((index) => index !== unreadable);
          yield toBatch(stage, indices);
        }
      },
    };
  }
}

function split(stage: Stage) {
  return { labels: Int32Array.from({ length: COUNTS[stage] }, (_, i) => i % 3), name: String };
}

function toBatch(stage: Stage, indices: Uint32Array): Batch {
  const pixels = Array.from(indices, (index) => [...sample(stage, index)]).flat();
  return {
    images: float32([indices.length, 3, 4, 4], pixels),
    labels: hostTensor(
      "int32",
      [indices.length],
      Int32Array.from(indices, (index) => index % 3),
    ),
    indices,
  };
}

let model: SmallModel;
beforeEach(() => {
  model = new SmallModel(classificationModelSchema.parse({ learningRate: 0.05, warmupEpochs: 0 }));
  model.setup({ classNames: ["a", "b", "c"] });
});

const OPTIONS = { maxEpochs: 3, numSanityValSteps: 0 };
const newTrainer = (options: object) =>
  new Trainer(OPTIONS, { runtime: referenceRuntime, fineTuning: fineTuningSchema.parse(options) });

async function trained(trainer: Trainer, ...given: Parameters<Trainer["fit"]>) {
  const events = trainer.fit(...given);
  for (;;) {
    const { done, value } = await events.next();
    if (done) return value;
  }
}

function probe(trainer: Trainer, source: FeatureSource) {
  const features = onFeatures(model);
  const computed: Stage[] = [];
  const data = new FeatureDataModule(source, async (stage) => {
    computed.push(stage);
    return computeFeatures(model, await trainer.open(features), source.evaluationLoader(stage)!);
  });
  return { features, data, computed };
}

describe.each([undefined, 7])("without sample %s", (unreadable) => {
  test("training on cached features is training behind a frozen backbone", async () => {
    const source = new Samples(unreadable);
    await using frozen = newTrainer({ freeze: ["conv.*", "norm.*"] });
    const expected = await trained(frozen, model, source);
    await using cached = newTrainer({ cacheFeatures: true });
    const { features, data, computed } = probe(cached, source);
    const result = await trained(cached, features, data);

    expect(computed).toEqual(["train", "val"]);
    expect(result.progress).toEqual({ ...expected.progress, seconds: expect.any(Number) });
    for (const [name, value] of Object.entries(expected.metrics)) {
      expect(result.metrics[name], name).toBeCloseTo(value, 5);
    }
    const weights = await cached.engine!.readWeights();
    for (const [name, tensor] of await frozen.engine!.readWeights()) {
      const own = weights.get(name)!;
      for (const [i, value] of Array.from(tensor.data, Number).entries()) {
        expect(Number(own.data[i]), name).toBeCloseTo(value, 5);
      }
    }
  });
});

test("an interruption while features are computed leaves no result", async () => {
  await using trainer = newTrainer({ cacheFeatures: true });
  const source = new Samples();
  const features = onFeatures(model);
  const stop = new AbortController();
  const data = new FeatureDataModule(source, async (stage) => {
    const engine = await trainer.open(features);
    if (stage === "val") stop.abort();
    return computeFeatures(model, engine, source.evaluationLoader(stage), () => stage !== "val");
  });
  const { status, progress, metrics } = await trained(trainer, features, data, { signal: stop.signal });
  expect(status).toBe("interrupted");
  expect(progress).toMatchObject({ epoch: 0, batch: 3, validationDue: true });
  expect(metrics).not.toHaveProperty("val/loss");
});

test("a network that does not name its classifier is refused", async () => {
  class Opaque extends SmallModel {
    protected override buildNetwork(): Module {
      return new Sequential(new Flatten(), new Linear(PIXELS, 3));
    }
  }
  const opaque = new Opaque(classificationModelSchema.parse({}));
  opaque.setup({ classNames: ["a", "b", "c"] });
  expect(() => onFeatures(opaque)).toThrow("Sequential does not say which of its parts is the classifier");
  await using trainer = newTrainer({ cacheFeatures: true });
  await expect(trainer.open(opaque)).rejects.toMatchObject({ code: "NO_CLASSIFIER" });
});

test.each([
  [{ cacheFeatures: true, unfreezeEpoch: 2 }, "unfreezeEpoch"],
  [{ cacheFeatures: true, freezeBatchNorm: false }, "freezeBatchNorm"],
])("%o is refused", (options, key) => {
  expect(fineTuningSchema.safeParse(options).error?.issues).toMatchObject([
    { path: [key], message: expect.stringContaining("cached features never change") },
  ]);
});

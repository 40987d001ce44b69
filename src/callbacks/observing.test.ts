// The callbacks that look on, in a real training of a small network: what they write and when.
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Batch, BatchSource, TrainerData } from "../core/index.ts";
import { hostTensor, RandomStream, readCsv, zeros } from "../core/index.ts";
import type { Value } from "../graph/index.ts";
import { flatten } from "../graph/index.ts";
import { BaseClassificationModel, classificationModelSchema } from "../models/index.ts";
import { Linear, Module } from "../nn/index.ts";
import { referenceRuntime } from "../runtime/reference/index.ts";
import { type Callback, type FitOptions, Trainer, type TrainingEvent } from "../train/index.ts";
import { DatasetStatistics } from "./dataset-statistics.ts";
import { ModelSummary } from "./model-summary.ts";
import { ConfusionMatrix } from "./pictures/confusion-matrix.ts";
import { SampleVisualization } from "./pictures/sample-visualization.ts";
import { TopLosses } from "./pictures/top-losses.ts";
import { TrainingHistory } from "./pictures/training-history.ts";
import { SamplerDistribution } from "./sampler-distribution.ts";

const CLASSES = ["dark", "light"];
const SIDE = 8;

class Small extends Module {
  readonly fc = new Linear(3 * SIDE * SIDE, 2);

  override forward(images: Value): Value {
    return this.fc.call(flatten(images));
  }
}

class SmallModel extends BaseClassificationModel {
  override readonly architecture = "small";

  constructor() {
    super(classificationModelSchema.parse({ learningRate: 0.02, warmupEpochs: 0, labelSmoothing: 0 }));
    this.setup({ classNames: CLASSES });
  }

  protected override buildNetwork(): Small {
    return new Small();
  }
}

/** Half of the pictures dark, half light, with noise; the last validation picture has the wrong label. */
class Shades implements TrainerData {
  readonly classes = CLASSES;
  readonly preprocessing = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
  readonly options: { readonly sampler: { readonly mode: string } };
  readonly splits = {
    train: { labels: Int32Array.of(0, 0, 0, 0, 0, 0, 1, 1), name: (i: number) => `train/${i}.png` },
    val: { labels: Int32Array.of(0, 1, 0, 1, 1, 1), name: (i: number) => `val/${i}.png` },
    test: undefined,
    // What real data modules also keep there.
    split: undefined,
    warnings: [],
  };

  constructor(mode = "disabled") {
    this.options = { sampler: { mode } };
  }

  trainLoader(epoch: number): BatchSource {
    const order =
      this.options.sampler.mode === "disabled" ? [0, 6, 2, 3, 4, 5, 1, 7] : [6, 6, 7, 6, 0, 1, 2, 0];
    return this.#batches("train", this.splits.train.labels, order, epoch);
  }
  valLoader(): BatchSource {
    return this.#batches("val", this.splits.val.labels, [0, 1, 2, 3, 4, 5], 0);
  }
  testLoader(): undefined {
    return undefined;
  }

  #batches(name: string, labels: Int32Array, order: readonly number[], epoch: number): BatchSource {
    const batches = [order.slice(0, 4), order.slice(4)].map((indices): Batch => {
      const images = zeros("float32", [indices.length, 3, SIDE, SIDE]);
      const pixels = 3 * SIDE * SIDE;
      for (const [slot, index] of indices.entries()) {
        const random = new RandomStream(index, name, [epoch, 0]);
        const light = name === "val" && index === 5 ? 0 : labels[index]!;
        for (let i = 0; i < pixels; i++)
          images.data[slot * pixels + i] = light * 1.6 - 0.9 + random.float() * 0.2;
      }
      return {
        images,
        labels: hostTensor(
          "int32",
          [indices.length],
          Int32Array.from(indices, (i) => labels[i]!),
        ),
        indices,
      };
    });
    return {
      length: batches.length,
      async *[Symbol.asyncIterator]() {
        yield* batches;
      },
    };
  }
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "callbacks-"));
});
afterEach(() => rm(folder, { recursive: true }));

const csv = async (name: string): Promise<string[][]> => readCsv(await readFile(join(folder, name), "utf8"));
const lines = () => {
  const written: string[] = [];
  return { written, write: (text: string) => written.push(text) };
};

async function train(
  callbacks: readonly Callback[],
  options: {
    epochs?: number;
    data?: TrainerData;
    until?: (event: TrainingEvent) => boolean;
  } & FitOptions = {},
): Promise<TrainingEvent[]> {
  const { epochs = 3, data = new Shades(), until, ...more } = options;
  await using trainer = new Trainer({ maxEpochs: epochs }, { runtime: referenceRuntime, callbacks });
  const events: TrainingEvent[] = [];
  for await (const event of trainer.fit(new SmallModel(), data, more)) {
    events.push(event);
    if (until?.(event) === true) break;
  }
  return events;
}

describe("pictures of the validation", () => {
  test("confusion matrix: raw counts of best and last epoch, true classes in rows", async () => {
    await train([new ConfusionMatrix({ dirpath: folder })]);
    expect(await csv("last.csv")).toEqual([
      ["true \\ predicted", ...CLASSES],
      ["dark", "2", "0"],
      ["light", "1", "3"],
    ]);
    for (const name of ["best.png", "best.csv", "last.png"])
      expect(existsSync(join(folder, name))).toBe(true);
  });

  test("top losses: the wrongly labelled picture comes first", async () => {
    await train([new TopLosses({ dirpath: folder, numSamples: 3 })]);
    const [header, first, ...others] = await csv("last.csv");
    expect(header).toEqual(["name", "true", "predicted", "confidence", "loss"]);
    expect(first!.slice(0, 3)).toEqual(["val/5.png", "light", "dark"]);
    expect(others).toHaveLength(2);
    const losses = [first!, ...others].map((row) => Number(row[4]));
    expect(losses).toEqual(losses.toSorted((a, b) => b - a));
  });

  test("nothing is drawn of the sanity check", async () => {
    const callbacks = [
      new ConfusionMatrix({ dirpath: folder }),
      new SampleVisualization({ dirpath: folder }),
      new TopLosses({ dirpath: folder }),
      new TrainingHistory({ dirpath: folder }),
    ];
    const stop = new AbortController();
    const events = await train(callbacks, {
      signal: stop.signal,
      until: (event) => {
        if (event.type === "trainStart") stop.abort();
        return false;
      },
    });
    expect(events.some(({ type }) => type === "validationEnd")).toBe(true);
    expect(existsSync(join(folder, "last.png"))).toBe(false);
    expect(existsSync(join(folder, "loss_history.svg"))).toBe(false);
  });

  test("loggers that take pictures get the last one", async () => {
    const taken: [string, number, number][] = [];
    const logger = {
      name: "pictures",
      start: () => undefined,
      log: () => undefined,
      logImage: (name: string, png: Uint8Array, step: number) => void taken.push([name, png[1]!, step]),
      finish: () => undefined,
    };
    const callbacks = [new SampleVisualization({ dirpath: folder })];
    await using trainer = new Trainer(
      { maxEpochs: 2 },
      { runtime: referenceRuntime, callbacks, loggers: [logger] },
    );
    for await (const _ of trainer.fit(new SmallModel(), new Shades()));
    expect(taken).toEqual([["val/samples", "P".charCodeAt(0), 4]]);
  });
});

test("training history shows every epoch under its own number", async () => {
  await train([new TrainingHistory({ dirpath: folder })], { epochs: 4 });
  const svg = await readFile(join(folder, "accuracy_history.svg"), "utf8");
  expect(svg).toContain("train/acc_top1");
  expect(svg).toContain("val/acc_top1");
  const history = new TrainingHistory({ dirpath: folder });
  await train([history], { epochs: 4 });
  const epochs = history.state() as unknown as Record<string, number>[];
  expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
  // Two of three labels are as they look: the network has to find out.
  expect(epochs.at(-1)!["val/acc_top1"]).toBeCloseTo(5 / 6, 6);
  expect(Object.keys(epochs[0]!)).toContain("train/loss");
});

test("model summary: parameters, operations and memory, printed once", async () => {
  const output = lines();
  await train([new ModelSummary({ output })]);
  expect(output.written).toHaveLength(1);
  const inputs = 3 * SIDE * SIDE;
  expect(output.written[0]).toMatch(new RegExp(`fc +Linear +\\[2\\] +${2 * inputs + 2} +0.0`));
  expect(output.written[0]).toContain(`Small for inputs [3, ${SIDE}, ${SIDE}]: ${2 * inputs + 2} parameters`);
});

test("dataset statistics: classes, counts and shares of each split", async () => {
  const output = lines();
  await train([new DatasetStatistics({ dirpath: folder, output })]);
  expect(output.written[0]!.split("\n").map((line) => line.replaceAll(/ +/g, " "))).toEqual([
    "class train share val share",
    "----- ----- ------- --- -------",
    "dark 6 75.0 % 2 33.3 %",
    "light 2 25.0 % 4 66.7 %",
    "all 2 8 100.0 % 6 100.0 %",
    "",
  ]);
  expect(await csv("dataset_statistics.csv")).toEqual([
    ["class", "train", "val"],
    ["dark", "6", "2"],
    ["light", "2", "4"],
  ]);
});

describe("sampler distribution", () => {
  test("says nothing where every picture comes once", async () => {
    const output = lines();
    await train([new SamplerDistribution({ dirpath: folder, output })]);
    expect(output.written).toEqual([]);
    expect(existsSync(join(folder, "sampler_distribution.csv"))).toBe(false);
  });

  test("counts what a weighted sampler drew", async () => {
    const output = lines();
    await train([new SamplerDistribution({ dirpath: folder, output })], { data: new Shades("auto") });
    expect(await csv("sampler_distribution.csv")).toEqual([
      ["class", "pictures", "sampled", "even_share", "ratio"],
      ["dark", "6", "4", "4.0", "1.000"],
      ["light", "2", "4", "4.0", "1.000"],
    ]);
    expect(output.written).toHaveLength(1);
    expect(output.written[0]).toContain("epoch 1: 8 samples of 5 pictures out of 8");
  });
});

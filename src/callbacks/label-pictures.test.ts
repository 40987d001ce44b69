// What callbacks draw and keep of samples with several labels, in a real training of a small network; resumed to the bit.
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Batch,
  type BatchSource,
  LabelSets,
  labelTensor,
  RandomStream,
  readCsv,
  type TrainerData,
  zeros,
} from "../core/index.ts";
import { flatten, type Value } from "../graph/index.ts";
import { BaseClassificationModel, classificationModelSchema } from "../models/index.ts";
import { Linear, Module } from "../nn/index.ts";
import { referenceRuntime } from "../runtime/reference/index.ts";
import { type Callback, loadCheckpointOrPrevious, Trainer } from "../train/index.ts";
import { EarlyStopping } from "./early-stopping.ts";
import { EMA } from "./ema.ts";
import { ModelCheckpoint } from "./model-checkpoint.ts";
import { ConfusionMatrix } from "./pictures/confusion-matrix.ts";
import { SampleVisualization } from "./pictures/sample-visualization.ts";
import { TopLosses } from "./pictures/top-losses.ts";
import { TrainingHistory } from "./pictures/training-history.ts";
import { ProgressLine } from "./progress-line.ts";
import { RunReport } from "./run-report.ts";

const LABELS = ["<b>bright|top", "dark\\bottom"];
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
    const options = { learningRate: 0.02, warmupEpochs: 0, labelSmoothing: 0, lossName: "bce" };
    super(classificationModelSchema.parse(options));
    this.setup({ name: "multi_label", classNames: LABELS });
  }

  protected override buildNetwork(): Small {
    return new Small();
  }
}

const sets = (...rows: readonly (readonly number[])[]): LabelSets =>
  new LabelSets(2, Int8Array.from(rows.flat()));

/** The upper half is light where the first label is present, the lower dark where the second is; the last but one is labelled wrongly. */
const SPLITS = {
  train: sets([1, 0], [0, 1], [1, 1], [0, 0], [1, 0], [0, 1], [1, 1], [0, 0]),
  val: sets([1, 0], [0, 1], [1, 1], [0, 0], [0, -1], [-1, -1]),
};
const SEEN = { train: SPLITS.train, val: sets([1, 0], [0, 1], [1, 1], [0, 0], [1, 0], [1, 1]) };

class Halves implements TrainerData {
  readonly classes = LABELS;
  readonly preprocessing = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
  readonly splits = {
    train: { labels: SPLITS.train, name: (i: number) => `train/${i}.png` },
    val: { labels: SPLITS.val, name: (i: number) => `val/${i}.png` },
    test: undefined,
  };

  trainLoader(epoch: number, { startBatch = 0 }: { readonly startBatch?: number } = {}): BatchSource {
    return this.#batches("train", epoch, startBatch);
  }
  valLoader(): BatchSource {
    return this.#batches("val", 0, 0);
  }
  testLoader(): undefined {
    return undefined;
  }

  #batches(part: "train" | "val", epoch: number, startBatch: number): BatchSource {
    const size = 3;
    const count = SPLITS[part].length;
    const batches = Array.from({ length: Math.ceil(count / size) }, (_, batch): Batch => {
      const indices = Array.from(
        { length: Math.min(size, count - batch * size) },
        (_, i) => batch * size + i,
      );
      const images = zeros("float32", [indices.length, 3, SIDE, SIDE]);
      for (const i of images.data.keys()) {
        const slot = Math.floor(i / (3 * SIDE * SIDE));
        const half = i % (SIDE * SIDE) < (SIDE * SIDE) / 2 ? 0 : 1;
        const seen = SEEN[part].row(indices[slot]!)[half] === 1;
        const light = seen === (half === 0);
        images.data[i] = (light ? 0.7 : -0.7) + new RandomStream(i, part, [epoch, batch]).float() * 0.2;
      }
      return { images, labels: labelTensor(SPLITS[part], indices), indices, batch };
    });
    return {
      length: batches.length,
      async *[Symbol.asyncIterator]() {
        yield* batches.slice(startBatch);
      },
    };
  }
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "label-pictures-"));
});
afterEach(() => rm(folder, { recursive: true }));

const csv = async (name: string): Promise<string[][]> => readCsv(await readFile(join(folder, name), "utf8"));

async function train(callbacks: readonly Callback[], maxEpochs = 4): Promise<void> {
  await using trainer = new Trainer({ maxEpochs }, { runtime: referenceRuntime, callbacks });
  for await (const _ of trainer.fit(new SmallModel(), new Halves()));
}

describe("pictures of the validation", () => {
  test("mistakes: counts of each label, what is not known left out", async () => {
    await train([new ConfusionMatrix({ dirpath: folder })]);
    expect(await csv("last.csv")).toEqual([
      ["label", "tp", "fp", "fn", "tn"],
      [LABELS[0], "2", "1", "0", "2"],
      [LABELS[1], "2", "0", "0", "2"],
    ]);
    for (const name of ["best.png", "best.csv", "last.png"])
      expect(existsSync(join(folder, name))).toBe(true);
  });

  test("top losses: the wrongly labelled picture comes first, one of which nothing is known does not come", async () => {
    await train([new TopLosses({ dirpath: folder })]);
    const [header, first, ...others] = await csv("last.csv");
    expect(header).toEqual(["name", "right", "missed", "extra", "loss"]);
    expect(first!.slice(0, 4)).toEqual(["val/4.png", "", "", "<b>bright\\|top"]);
    expect(others).toHaveLength(4);
  });

  test("samples are drawn, those of which nothing is known too", async () => {
    await train([new SampleVisualization({ dirpath: folder })]);
    expect(existsSync(join(folder, "last.png"))).toBe(true);
  });
});

test("predictions are kept with sets, probabilities and losses", async () => {
  await train([new RunReport({ dirpath: folder })]);
  const [header, ...rows] = await csv("predictions.csv");
  expect(header).toEqual([
    ...["split", "index", "name", "true", "predicted", "unknown", "loss"],
    ...["p_<b>bright|top", "p_dark\\bottom"],
  ]);
  expect(rows.map((row) => row.slice(0, 6))).toEqual([
    ["val", "0", "val/0.png", "<b>bright\\|top", "<b>bright\\|top", ""],
    ["val", "1", "val/1.png", "dark\\\\bottom", "dark\\\\bottom", ""],
    ["val", "2", "val/2.png", "<b>bright\\|top|dark\\\\bottom", "<b>bright\\|top|dark\\\\bottom", ""],
    ["val", "3", "val/3.png", "", "", ""],
    ["val", "4", "val/4.png", "", "<b>bright\\|top", "dark\\\\bottom"],
  ]);
  const [, , , , , , loss, first, second] = rows[0]!.map(Number);
  expect(loss).toBeCloseTo(-(Math.log(first!) + Math.log(1 - second!)) / 2, 4);
});

test("lines, charts, stops and checkpoints follow mean average precision by themselves", async () => {
  const written: string[] = [];
  const checkpoints = new ModelCheckpoint({ dirpath: folder });
  const history = new TrainingHistory({ dirpath: folder });
  const output = { write: (text: string) => written.push(text) > 0 };
  const callbacks = [checkpoints, history, new EarlyStopping({ patience: 1 }), new ProgressLine({ output })];
  await train(callbacks, 20);
  expect(written.at(-1)).toMatch(
    /train\/loss [\d.]+ {2}train\/f1 [\d.]+ {2}val\/loss [\d.]+ {2}val\/map [\d.]+/,
  );
  expect(written.length).toBeLessThan(20);
  expect(checkpoints.best!.score).toBeGreaterThan(0.8);
  expect(await readFile(join(folder, "score_history.svg"), "utf8")).toContain("val/map");
});

test("a run that was interrupted goes on to the bit, its average of weights too", async () => {
  /** The state at its end, or after some steps. */
  const run = async (name: string, { from, steps }: { from?: string; steps?: number } = {}) => {
    const stop = new AbortController();
    const callbacks = [new ModelCheckpoint({ dirpath: join(folder, name) }), new EMA({ decay: 0.8 })];
    await using trainer = new Trainer({ maxEpochs: 3 }, { runtime: referenceRuntime, callbacks });
    const checkpoint = from === undefined ? {} : { checkpoint: await loadCheckpointOrPrevious(from) };
    let done = 0;
    for await (const event of trainer.fit(new SmallModel(), new Halves(), {
      signal: stop.signal,
      ...checkpoint,
    }))
      if (event.type === "trainBatchEnd" && ++done === steps) stop.abort();
    const path = join(folder, name, "last.safetensors");
    return { path, tensors: (await loadCheckpointOrPrevious(path)).tensors };
  };
  const whole = await run("whole");
  const cut = await run("cut", { steps: 4 });
  const again = await run("again", { from: cut.path });
  expect([...again.tensors.keys()].some((name) => /average|ema/i.test(name))).toBe(true);
  expect(again.tensors).toEqual(whole.tensors);
  expect(cut.tensors).not.toEqual(whole.tensors);
});

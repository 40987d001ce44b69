import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LinearData, LinearModel, OutputSum } from "../../test/train/linear-problem.ts";
import { referenceRuntime } from "../runtime/reference/index.ts";
import {
  loadCheckpoint,
  type StageMetrics,
  type TrainableModel,
  Trainer,
  type TrainerOptions,
} from "../train/index.ts";
import { EarlyStopping } from "./early-stopping.ts";
import { ModelCheckpoint, type ModelCheckpointOptions } from "./model-checkpoint.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "classifier-training-model-checkpoint-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** `val/score` of the k-th validation is the k-th of the values. */
function scores(values: readonly number[]): StageMetrics {
  let validations = 0;
  const metric = new OutputSum();
  metric.compute = () => ({ score: values[validations++]! });
  return metric;
}

interface Fitted {
  readonly files: readonly string[];
  readonly checkpoints: ModelCheckpoint;
}

async function fitted(
  values: readonly number[],
  options: Partial<ModelCheckpointOptions>,
  trainer: TrainerOptions = {},
  data = new LinearData({ name: "checkpoints" }),
): Promise<Fitted> {
  const checkpoints = new ModelCheckpoint({ monitor: "val/score", ...options, dirpath: folder });
  await using training = new Trainer(
    { maxEpochs: values.length, numSanityValSteps: 0, ...trainer },
    { runtime: referenceRuntime, callbacks: [checkpoints] },
  );
  const fitting = training.fit(new LinearModel({ metrics: { val: scores(values) } }), data);
  while (!(await fitting.next()).done);
  return { files: (await readdir(folder)).sort(), checkpoints };
}

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

describe("the best weights", () => {
  test.each<[string, number[], Partial<ModelCheckpointOptions>, object | undefined]>([
    ["the highest", [1, 3, 2], {}, { score: 3, epoch: 1, step: 6 }],
    ["the lowest", [2, 1, 3], { mode: "min" }, { score: 1, epoch: 1 }],
    ["of equals the older", [1, 2, 2], {}, { score: 2, epoch: 1 }],
    ["never one that is not finite", [nan, 1, infinity, nan], {}, { score: 1, epoch: 1 }],
    ["nor the first", [nan, infinity], {}, undefined],
    ["without anything monitored the latest", [5, 1, 0], { monitor: null }, { score: null, epoch: 2 }],
  ])("%s", async (_, values, options, best) => {
    const { checkpoints, files } = await fitted(values, options);
    if (best === undefined) expect(checkpoints.best).toBeUndefined();
    else expect(checkpoints.best).toMatchObject(best);
    expect(files.includes("best.safetensors")).toBe(best !== undefined);
    if (best !== undefined) {
      const { kind, state } = await loadCheckpoint(checkpoints.bestPath);
      expect({ kind, state }).toMatchObject({
        kind: "weights",
        state: { weights: "live", step: checkpoints.best!.step },
      });
    }
  });

  test("without a validation split the latest epoch", async () => {
    const { checkpoints } = await fitted([0, 0], {}, {}, new LinearData({ name: "none", valSamples: 0 }));
    expect(checkpoints.best).toEqual({ score: null, epoch: 1, step: 6 });
  });

  test("validated within an epoch: the weights of that moment", async () => {
    const { checkpoints } = await fitted(
      [1, 5, 2, 3],
      {},
      { maxEpochs: 2, valCheckInterval: 2, limitTrainBatches: 3 },
    );
    expect(checkpoints.best).toEqual({ score: 5, epoch: 1, step: 5 });
  });
});

describe("kept under names of their own", () => {
  test("the best k, the worst making room; files and names agree", async () => {
    const { checkpoints, files } = await fitted([1, 4, 2, 3, 0], {
      saveTopK: 2,
      filename: "{epoch}={val/score:.1f}",
    });
    expect(checkpoints.kept).toEqual({
      "epoch_1_4.0.safetensors": 4,
      "epoch_3_3.0.safetensors": 3,
    });
    expect(files).toEqual([
      "best.safetensors",
      "epoch_1_4.0.safetensors",
      "epoch_3_3.0.safetensors",
      "last.previous.safetensors",
      "last.safetensors",
    ]);
  });

  test("a value that is not finite makes room first", async () => {
    const { checkpoints } = await fitted([nan, 1, 2], { saveTopK: 2 });
    expect(Object.values(checkpoints.kept)).toEqual([1, 2]);
  });

  test("all of them, or none", async () => {
    const all = await fitted([1, 1, 1], { saveTopK: -1, saveLast: false });
    expect(all.files).toEqual([
      "best.safetensors",
      "epoch_0-step_3.safetensors",
      "epoch_1-step_6.safetensors",
      "epoch_2-step_9.safetensors",
    ]);
    await rm(folder, { recursive: true });
    expect((await fitted([1, 2], { saveTopK: 0 })).files).toEqual([
      "last.previous.safetensors",
      "last.safetensors",
    ]);
  });

  test("one name for several gets versions, and never that of best or last", async () => {
    const { files } = await fitted([1, 2], { saveTopK: 2, filename: "last", saveLast: false });
    expect(files).toEqual(["best.safetensors", "last-v1.safetensors", "last-v2.safetensors"]);
  });
});

describe("the last state", () => {
  const stepOf = async (): Promise<number> => {
    const { state } = await loadCheckpoint(join(folder, "last.safetensors"));
    return (state as { progress: { step: number } }).progress.step;
  };

  test("is that of the end, also where only some epochs are considered", async () => {
    const { checkpoints } = await fitted([1, 2, 3], { everyNEpochs: 2 });
    expect(checkpoints.best).toMatchObject({ epoch: 1 });
    expect(await stepOf()).toBe(9);
    await rm(folder, { recursive: true });
    await fitted([1], {}, { maxSteps: 2 });
    expect(await stepOf()).toBe(2);
  });

  test("is written between epochs where asked for", async () => {
    const checkpoints = new ModelCheckpoint({ dirpath: folder, monitor: "val/loss", everyNTrainSteps: 2 });
    await using trainer = new Trainer(
      { maxEpochs: 1 },
      { runtime: referenceRuntime, callbacks: [checkpoints] },
    );
    for await (const event of trainer.fit(new LinearModel(), new LinearData({ name: "steps" }))) {
      if (event.type === "trainBatchEnd" && event.batchIndex === 1) expect(await stepOf()).toBe(2);
    }
    expect(await stepOf()).toBe(3);
  });
});

describe("a run that goes on in another folder", () => {
  const options = { monitor: "val/score", saveTopK: 2, filename: "{epoch}" };
  const validated = (value: number): TrainableModel =>
    new LinearModel({ metrics: { val: scores([value, value, value]) } });

  async function goOn(value: number): Promise<{ files: readonly string[]; checkpoints: ModelCheckpoint }> {
    const [from, to] = [join(folder, "old"), join(folder, "new")];
    const checkpoints = new ModelCheckpoint({ ...options, dirpath: to });
    const checkpoint = { ...(await loadCheckpoint(join(from, "last.safetensors"))), warning: undefined };
    await using trainer = new Trainer(
      { maxEpochs: 2, numSanityValSteps: 0 },
      { runtime: referenceRuntime, callbacks: [checkpoints] },
    );
    const fitting = trainer.fit(validated(value), new LinearData({ name: "checkpoints" }), {
      checkpoint: { ...checkpoint, path: join(from, "last.safetensors") },
    });
    while (!(await fitting.next()).done);
    return { files: (await readdir(to)).sort(), checkpoints };
  }

  beforeEach(async () => {
    const checkpoints = new ModelCheckpoint({ ...options, dirpath: join(folder, "old") });
    await using trainer = new Trainer(
      { maxEpochs: 1, numSanityValSteps: 0 },
      { runtime: referenceRuntime, callbacks: [checkpoints] },
    );
    const fitting = trainer.fit(validated(5), new LinearData({ name: "checkpoints" }));
    while (!(await fitting.next()).done);
  });

  test("takes along the weights that it kept", async () => {
    const { files, checkpoints } = await goOn(4);
    expect(checkpoints.best).toMatchObject({ score: 5, epoch: 0 });
    expect(checkpoints.kept).toEqual({ "epoch_0.safetensors": 5, "epoch_1.safetensors": 4 });
    expect(files).toEqual([
      "best.safetensors",
      "epoch_0.safetensors",
      "epoch_1.safetensors",
      "last.safetensors",
    ]);
  });

  test("counts none as kept that is not there any more", async () => {
    await rm(join(folder, "old", "best.safetensors"));
    const { files, checkpoints } = await goOn(4);
    expect(checkpoints.best).toMatchObject({ score: 4, epoch: 1 });
    expect(files).toContain("best.safetensors");
  });
});

test("a run that is resumed knows its best and its names", () => {
  const first = new ModelCheckpoint({ dirpath: folder });
  const state = {
    best: { score: 1, epoch: 2, step: 3 },
    named: [{ name: "a", rank: 1, score: 1, epoch: 2, step: 3 }],
  };
  first.loadState(state, join(folder, "last.safetensors"));
  expect(first.best).toEqual(state.best);
  expect(first.kept).toEqual({ "a.safetensors": 1 });
  expect(first.state()).toEqual(state);
});

test.each([
  ["the monitor of checkpoints", () => new ModelCheckpoint({ dirpath: folder, monitor: "val/output_sun" })],
  [
    "a name in a file name",
    () => new ModelCheckpoint({ dirpath: folder, monitor: null, filename: "{val/output_sun}" }),
  ],
  ["the monitor of early stopping", () => new EarlyStopping({ monitor: "val/output_sun" })],
])("%s that does not exist is found before training", async (_, create) => {
  await using trainer = new Trainer({ maxEpochs: 1 }, { runtime: referenceRuntime, callbacks: [create()] });
  const seen: string[] = [];
  const all = async (): Promise<void> => {
    for await (const { type } of trainer.fit(new LinearModel(), new LinearData({ name: "typo" })))
      seen.push(type);
  };
  await expect(all()).rejects.toMatchObject({ code: "MONITOR", hint: 'did you mean "val/output_sum"?' });
  expect(seen).not.toContain("trainStart");
});

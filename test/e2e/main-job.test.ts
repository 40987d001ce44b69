// The main job as its user does it: train, look, test, export, predict.
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { RunSummary } from "../../src/app/index.ts";
import { decodeModel, modelInputs, modelMetadata, modelOutputs } from "../../src/onnx/index.ts";
import {
  type CommandResult,
  QUICK,
  removeFolder,
  run,
  TINY_NETWORK,
  temporaryFolder,
  writeColourPictures,
} from "./command.ts";

let folder: string;
let trained: CommandResult;
const RUN = "run";

const file = (...parts: string[]): Promise<string> => readFile(join(folder, RUN, ...parts), "utf8");

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
  trained = await run(folder, ["train", ...QUICK, "data.root=photos", `hydra.run.dir=${RUN}`]);
});
afterAll(() => removeFolder(folder));

describe("train", () => {
  test("ends well and says where everything lies", () => {
    expect(trained.stderr).toContain(`completed: ${join(folder, RUN)}`);
    expect(trained.stderr).toContain("epoch 6/6");
    expect(trained.code).toBe(0);
  });

  test("leaves nothing but the files of a run", async () => {
    expect((await readdir(join(folder, RUN))).sort()).toEqual([
      ".hydra",
      "checkpoints",
      "classifier-training.log",
      "environment.json",
      "labels_mapping.json",
      "metrics.csv",
      "model.onnx",
      "summary.json",
    ]);
    expect((await readdir(join(folder, RUN, "checkpoints"))).sort()).toEqual([
      "best.safetensors",
      "last.previous.safetensors",
      "last.safetensors",
    ]);
  });

  test("records configuration and overrides", async () => {
    const overrides = parse(await file(".hydra", "overrides.yaml")) as string[];
    expect(overrides).toContain("data.root=photos");
    expect(overrides.some((override) => override.startsWith("hydra."))).toBe(false);
    const config = parse(await file(".hydra", "config.yaml")) as { data: { batch_size: number } };
    expect(config.data.batch_size).toBe(8);
  });

  test("writes a row of metrics per epoch, and one of the test", async () => {
    const [header, ...rows] = (await file("metrics.csv")).trim().split("\n");
    const [epochs, tested] = header!.split(/,(?=test\/loss)/);
    expect(epochs).toBe(
      "epoch,step,lr,train/loss,train/acc_top1,val/loss,val/acc_top1,val/acc_top5,val/acc_class_blue,val/acc_class_green,val/acc_class_red",
    );
    expect(tested).toMatch(/^test\/loss,test\/acc_top1,/);
    expect(rows.map((row) => row.split(",").slice(0, 2))).toEqual(
      [0, 1, 2, 3, 4, 5, 5].map((epoch) => [String(epoch), String((epoch + 1) * 3)]),
    );
    const summary = JSON.parse(await file("summary.json")) as RunSummary;
    expect(Number(rows.at(-1)!.split(",")[epochs!.split(",").length])).toBe(summary.metrics["test/loss"]);
  });

  test("learns three colours and sums it up", async () => {
    const summary = JSON.parse(await file("summary.json")) as RunSummary;
    expect(summary).toMatchObject({
      status: "completed",
      epochs: 6,
      steps: 18,
      runtime: "onnxruntime",
      precision: "32-true",
      seed: 42,
      model: "tiny",
      classes: ["blue", "green", "red"],
      bad_pictures: [],
    });
    expect(summary.metrics["test/acc_top1"]).toBe(1);
    expect(summary.images_per_second).toBeGreaterThan(0);
  });

  test("exports what deployment needs", async () => {
    const model = decodeModel(await readFile(join(folder, RUN, "model.onnx")));
    expect(modelInputs(model)).toEqual([
      { name: "input", dtype: "float32", shape: ["batch_size", 3, 16, 16] },
    ]);
    expect(modelOutputs(model)).toEqual([{ name: "logits", dtype: "float32", shape: ["batch_size", 3] }]);
    const labels: unknown = JSON.parse(await file("labels_mapping.json"));
    expect(labels).toMatchObject({
      num_classes: 3,
      class_to_idx: { blue: 0, green: 1, red: 2 },
      idx_to_class: { "0": "blue", "1": "green", "2": "red" },
      normalization: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
      image_size: [16, 16],
      resize: 16,
      interpolation: "bilinear",
      model_name: "tiny",
    });
    expect(JSON.parse(modelMetadata(model).get("labels_mapping")!)).toEqual(labels);
  });
});

test("the same command gives the same bits", async () => {
  const again = await run(folder, ["train", ...QUICK, "data.root=photos", "hydra.run.dir=again"]);
  expect(again.code).toBe(0);
  const bytes = (name: string): Promise<Buffer> =>
    readFile(join(folder, name, "checkpoints", "best.safetensors"));
  expect((await bytes("again")).equals(await bytes(RUN))).toBe(true);
});

test("exports while it trains, and says where the time went", async () => {
  const parts = ["+callbacks.onnx_export._target_=OnnxExport", "trainer.profiler=simple"];
  const watched = await run(folder, [
    "train",
    ...QUICK,
    "data.root=photos",
    "hydra.run.dir=watched",
    ...parts,
  ]);
  expect(watched.code).toBe(0);
  const lines = watched.stderr.split("\n");
  const exported = lines.findIndex((line) => line.startsWith("exported "));
  expect(exported).toBeGreaterThan(0);
  expect(exported).toBeLessThan(lines.findIndex((line) => line.startsWith("epoch 6/6")));
  const read = (name: string): Promise<Buffer> => readFile(join(folder, "watched", name));
  expect((await read("model.onnx")).equals(await readFile(join(folder, RUN, "model.onnx")))).toBe(true);
  expect(watched.stderr).toContain(String(await read("profile.txt")));
  const { entries } = JSON.parse(String(await read("profile.json"))) as {
    entries: { name: string; calls: number }[];
  };
  const calls = Object.fromEntries(entries.map((entry) => [entry.name, entry.calls]));
  expect(calls["train optimizer"]).toBe(18);
  expect(calls).toHaveProperty("callback OnnxExport");
});

describe("predict", () => {
  test("classifies a folder from the model alone, as JSON lines", async () => {
    const { code, stdout } = await run(folder, [
      "predict",
      `${RUN}/model.onnx`,
      "photos/test",
      "--json",
      "-k",
      "2",
    ]);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(code).toBe(0);
    expect(lines).toHaveLength(12);
    for (const { picture, predictions } of lines) {
      expect(predictions).toHaveLength(2);
      expect(picture).toContain(`/${predictions[0].label}/`);
      expect(predictions[0].confidence).toBeGreaterThan(predictions[1].confidence);
    }
  });

  test.each(["flip", "five_crop"])("averages over views: %s", async (tta) => {
    const words = ["predict", RUN, "photos/test/red", "--json", "--tta", tta];
    const { code, stdout } = await run(folder, words);
    expect(code).toBe(0);
    for (const line of stdout.trim().split("\n")) expect(JSON.parse(line).predictions[0].label).toBe("red");
  });

  test("prints a table, goes on behind a bad picture and exits with 3", async () => {
    await writeFile(join(folder, "broken.jpg"), "no picture");
    const { code, stdout, stderr } = await run(folder, [
      "predict",
      RUN,
      "broken.jpg",
      "photos/test/red/0.jpg",
    ]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^error: broken\.jpg: .*\[PICTURE_\w+\]$/m);
    expect(stdout).toMatch(/^photos\/test\/red\/0\.jpg +red \d/m);
  });
});

test("test gives the metrics of the best weights", async () => {
  const { code, stdout } = await run(folder, ["test", RUN, "--json", "--import", TINY_NETWORK]);
  const summary = JSON.parse(await file("summary.json")) as RunSummary;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)["test/loss"]).toBeCloseTo(summary.metrics["test/loss"]!, 5);
});

test("export writes the same model into another folder", async () => {
  const { code } = await run(folder, [
    "export",
    `${RUN}/checkpoints/best.safetensors`,
    "--import",
    TINY_NETWORK,
    "-o",
    "deploy",
  ]);
  expect(code).toBe(0);
  const [first, second] = await Promise.all(
    [RUN, "deploy"].map((name) => readFile(join(folder, name, "model.onnx"))),
  );
  expect(first!.equals(second!)).toBe(true);
});

describe("tune", () => {
  const digests = (): Promise<string[]> =>
    Promise.all(
      ["best", "last"].map(async (name) =>
        createHash("sha256")
          .update(await readFile(join(folder, RUN, "checkpoints", `${name}.safetensors`)))
          .digest("hex"),
      ),
    );

  test("lr suggests a learning rate, draws its curve and leaves the weights of a run alone", async () => {
    const before = await digests();
    const words = ["--steps", "12", ...QUICK, "data.root=photos", `ckpt=${RUN}/checkpoints/last.safetensors`];
    const { code, stdout, stderr } = await run(folder, ["tune", "lr", ...words, "hydra.run.dir=tuned"]);
    expect(stderr).toContain(`curve: ${join(folder, "tuned", "lr_finder.png")}`);
    expect(code).toBe(0);
    if (stdout === "") expect(stderr).toContain("the loss falls nowhere");
    else expect(stdout).toMatch(/^model\.learning_rate=\d\S*\n$/);
    const rows = (await readFile(join(folder, "tuned", "lr_finder.csv"), "utf8")).trim().split("\n");
    expect(rows[0]).toBe("step,learning_rate,loss,smoothed_loss");
    expect(rows.length).toBeGreaterThan(4);
    expect(await digests()).toEqual(before);
  });

  test("batch-size measures each size in a process of its own and suggests one of them", async () => {
    const before = await digests();
    const words = ["--initial", "2", "--max", "4", ...QUICK, "data.root=photos"];
    const { code, stdout, stderr } = await run(folder, ["tune", "batch-size", ...words]);
    expect(stderr).toContain("largest that fits: 4");
    expect(stdout).toMatch(/^data\.batch_size=[24]\n$/);
    expect(code).toBe(0);
    expect(await digests()).toEqual(before);
  });
});

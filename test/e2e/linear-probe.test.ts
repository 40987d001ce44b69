// A linear probe: features computed once, the classifier trained on them, the whole network exported and tested.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadCheckpoint } from "../../src/train/index.ts";
import {
  QUICK,
  removeFolder,
  run,
  signalled,
  TINY_NETWORK,
  temporaryFolder,
  writeColourPictures,
} from "./command.ts";

let folder: string;
const PROBE = [
  "train",
  ...QUICK,
  "transforms=default",
  "data.root=photos",
  "fine_tuning=linear_probe",
  "model.pretrained=base/checkpoints/best.safetensors",
];

const file = (...parts: string[]): Promise<Buffer> => readFile(join(folder, ...parts));
const weightsOf = async (name: string) =>
  (await loadCheckpoint(join(folder, name, "checkpoints", "best.safetensors"))).tensors;

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
  const base = ["train", ...QUICK, "data.root=photos", "hydra.run.dir=base", "trainer.max_epochs=2"];
  expect((await run(folder, base)).code).toBe(0);
  const probe = await run(folder, [...PROBE, "hydra.run.dir=probe"]);
  expect(probe.stderr).toMatch(
    /features: val, 12 pictures in .*features: train, 24 pictures in .*features: test/s,
  );
  expect(probe.code).toBe(0);
});
afterAll(() => removeFolder(folder));

test("only the classifier changes, and the checkpoint holds the whole network", async () => {
  const [base, probe] = [await weightsOf("base"), await weightsOf("probe")];
  expect([...probe.keys()]).toEqual([...base.keys()]);
  const changed = [...base].filter(([name, { data }]) => String(probe.get(name)!.data) !== String(data));
  expect(changed.map(([name]) => name)).toEqual(["fc.weight", "fc.bias"]);
});

test("testing the run on its pictures gives what the features gave", async () => {
  const { code, stdout } = await run(folder, ["test", "probe", "--json", "--import", TINY_NETWORK]);
  expect(code).toBe(0);
  const { metrics } = JSON.parse(String(await file("probe", "summary.json")));
  const tested = JSON.parse(stdout) as Record<string, number>;
  expect(Object.keys(tested)).toContain("test/acc_class_red");
  for (const [name, value] of Object.entries(tested)) expect(metrics[name], name).toBeCloseTo(value, 5);
});

test("the export takes pictures", async () => {
  const { code, stdout } = await run(folder, ["predict", "probe", "photos/test/red", "--json"]);
  expect(code).toBe(0);
  expect(stdout.trim().split("\n")).toHaveLength(4);
});

test("interrupted and resumed it gives the same bits without computing features again", async () => {
  expect((await run(folder, [...PROBE, "hydra.run.dir=whole"])).code).toBe(0);
  const cut = await run(folder, [...PROBE, "hydra.run.dir=cut", ...signalled("SIGINT", "step", 7)]);
  expect(cut.code).toBe(130);
  const resumed = await run(folder, [...PROBE, "hydra.run.dir=cut", "ckpt=last"]);
  expect(resumed.code).toBe(0);
  expect(resumed.stderr).toMatch(/features: train, 24 pictures from /);
  expect(resumed.stderr).not.toMatch(/features: train, 24 pictures in /);
  for (const name of ["metrics.csv", "checkpoints/best.safetensors", "model.onnx"]) {
    const digests = await Promise.all(
      ["whole", "cut"].map(async (place) =>
        createHash("sha256")
          .update(await file(place, name))
          .digest("hex"),
      ),
    );
    expect(digests[1], name).toBe(digests[0]);
  }
});

test("features of another backbone, or damaged ones, are computed again", async () => {
  const again = ["hydra.run.dir=probe", "trainer.max_epochs=1"];
  const whole = await file("probe", "features", "train.safetensors");
  await writeFile(join(folder, "probe", "features", "train.safetensors"), whole.subarray(0, -8));
  const damaged = await run(folder, [...PROBE, ...again]);
  expect(damaged.stderr).toMatch(/features: val, 12 pictures from .*features: train, 24 pictures in /s);
  const other = await run(folder, [...PROBE, ...again, "model.pretrained=false"]);
  expect(other.stderr).toMatch(/features: train, 24 pictures in /);
  expect([damaged.code, other.code]).toEqual([0, 0]);
});

test("the nearest training pictures vote with model.head=knn; the checkpoint and the export remember them", async () => {
  const knn = await run(folder, [...PROBE, "model.head=knn", "hydra.run.dir=knn", "trainer.max_epochs=1"]);
  expect(knn).toMatchObject({ code: 0 });
  const weights = await weightsOf("knn");
  expect(weights.get("neighbors.samples")!.shape[0]).toBe(24);
  expect([...weights.get("neighbors.labels")!.data].filter((value) => value === 1)).toHaveLength(24);
  const tested = await run(folder, ["test", "knn", "--json", "--import", TINY_NETWORK]);
  const { metrics } = JSON.parse(String(await file("knn", "summary.json")));
  const metric = "test/acc_top1";
  expect((JSON.parse(tested.stdout) as Record<string, number>)[metric]).toBe(metrics[metric]);
  expect((await run(folder, ["predict", "knn", "photos/test/red", "--json"])).code).toBe(0);
});

test("callbacks that draw pictures leave features alone, the others draw", async () => {
  const words = ["callbacks=default", "trainer.max_epochs=1", "hydra.run.dir=drawn"];
  const { code } = await run(folder, [...PROBE, ...words]);
  expect(code).toBe(0);
  const drawn = ["confusion_matrix", "sample_predictions", "top_losses"].filter((name) =>
    existsSync(join(folder, "drawn", name)),
  );
  expect(drawn).toEqual(["confusion_matrix"]);
});

test.each([
  {
    words: ["transforms=upright"],
    message: /transforms\.train_transforms: .*no augmentation.*\[FEATURES_AUGMENTED\]/,
  },
  {
    words: ["model.head=knn", "fine_tuning=head"],
    message: /model\.head: is knn, .*recipe=nearest_neighbors does \[KNN_HEAD\]/,
  },
  {
    words: ["fine_tuning.unfreeze_epoch=1"],
    message: /fine_tuning\.unfreeze_epoch.*cached features never change/,
  },
])("$words is refused before anything is written", async ({ words, message }) => {
  const { code, stderr } = await run(folder, [...PROBE, "hydra.run.dir=refused", ...words]);
  expect(stderr.split("\n").filter((line) => line.startsWith("error: "))).toEqual([
    expect.stringMatching(message),
  ]);
  expect(code).toBe(2);
  expect(existsSync(join(folder, "refused"))).toBe(false);
});

// Several runs as one model: the mean of their probabilities, or of their weights.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { QUICK, removeFolder, run, TINY_NETWORK, temporaryFolder, writeColourPictures } from "./command.ts";

let folder: string;
const own = ["--import", TINY_NETWORK];

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
  for (const seed of [1, 2]) {
    const words = [`seed=${seed}`, "trainer.max_epochs=1", `hydra.run.dir=run${seed}`];
    await run(folder, ["train", ...QUICK, "data.root=photos", ...words]);
  }
  await run(folder, ["train", ...QUICK, "data.root=photos", "data.image_size=24", "hydra.run.dir=large"]);
});
afterAll(() => removeFolder(folder));

async function probabilities(model: string): Promise<Record<string, number>[]> {
  const { stdout } = await run(folder, ["predict", model, "photos/test", "--json", "-k", "3"]);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { predictions: { label: string; confidence: number }[] });
  return lines.map(({ predictions }) =>
    Object.fromEntries(predictions.map(({ label, confidence }) => [label, confidence])),
  );
}

test("its probabilities are the mean of its members', measured beside them", async () => {
  const words = ["export", "--ensemble", "run1", "run2", "-o", "both", "--json"];
  const { code, stdout, stderr } = await run(folder, [...words, ...own]);
  expect(stderr).toContain("equal to its members put together");
  expect(code).toBe(0);
  const { path, models } = JSON.parse(stdout);
  expect(path).toBe(join(folder, "both", "model.onnx"));
  expect(models.map(({ name }: { name: string }) => name)).toEqual(["ensemble", "run1", "run2"]);
  const [first, second, mean] = [
    await probabilities("run1"),
    await probabilities("run2"),
    await probabilities("both"),
  ];
  for (const [i, picture] of mean.entries())
    for (const [label, value] of Object.entries(picture))
      expect(value).toBeCloseTo((first[i]![label]! + second[i]![label]!) / 2, 5);
});

test("in int8 it is measured beside itself in float32 and its members", async () => {
  const words = ["export", "--ensemble", "run1", "run2", "-o", "both", "--format", "onnx-int8", "--json"];
  const { code, stdout, stderr } = await run(folder, [...words, ...own]);
  expect(code, stderr).toBe(0);
  const { path, models } = JSON.parse(stdout);
  expect(path).toBe(join(folder, "both", "model_int8.onnx"));
  const names = models.map(({ name }: { name: string }) => name);
  expect(names.slice(0, 3)).toEqual(["ensemble", "run1", "run2"]);
  expect(names.at(-1)).toMatch(/^int8 \(/);
  const [float, int8] = [await probabilities("both"), await probabilities(path)];
  for (const [i, picture] of float.entries())
    for (const [label, value] of Object.entries(picture))
      expect(Math.abs(int8[i]![label]! - value)).toBeLessThan(0.15);
});

test("of the same weights the mean is the weights, and its batch norms see the training pictures", async () => {
  const words = ["export", "--ensemble", "run1", "run1", "--average", "weights", "-o", "soup", "--json"];
  const { code, stdout } = await run(folder, [...words, ...own]);
  expect(code).toBe(0);
  const [soup, member] = JSON.parse(stdout).models;
  expect(soup.bytes).toBe(member.bytes);
  const [model, alone] = await Promise.all(
    ["soup", "run1"].map((name) => readFile(join(folder, name, "model.onnx"))),
  );
  expect(model!.length).toBe(alone!.length);
});

test.each([
  ["one member", ["--ensemble", "run1", "-o", "x"], /ENSEMBLE_MEMBERS/],
  [
    "pictures of another size",
    ["--ensemble", "run1", "large", "-o", "x"],
    /large: it prepares pictures otherwise/,
  ],
  ["no folder", ["--ensemble", "run1", "run2"], /ENSEMBLE_OPTIONS.*|add -o FOLDER/],
  ["no format", ["--ensemble", "run1", "run2", "-o", "x", "--format", "onnx-fp61"], /EXPORT_FORM/],
])("%s is one line", async (_, words, message) => {
  const { code, stderr } = await run(folder, ["export", ...words, ...own]);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});

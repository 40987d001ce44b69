// A run exported in every form, and classified with; and what is said where that cannot be.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { QUICK, removeFolder, run, TINY_NETWORK, temporaryFolder, writeColourPictures } from "./command.ts";

let folder: string;
const RUN = "run";
const IMPORT = ["--import", TINY_NETWORK];

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
  const trained = await run(folder, ["train", ...QUICK, "data.root=photos", `hydra.run.dir=${RUN}`]);
  expect(trained.code, trained.stderr).toBe(0);
});
afterAll(() => removeFolder(folder));

async function confidences(model: string): Promise<number[]> {
  const { stdout, stderr, code } = await run(folder, ["predict", model, "photos/test", "--json"]);
  expect(code, stderr).toBe(0);
  return stdout
    .trim()
    .split("\n")
    .flatMap((line) => {
      const { predictions } = JSON.parse(line) as { predictions: { class_id: number; confidence: number }[] };
      return predictions.sort((a, b) => a.class_id - b.class_id).map(({ confidence }) => confidence);
    });
}

describe("export", () => {
  test.each([
    ["model_dynamic.onnx", ["--dynamic", "size"]],
    ["model_pixels.onnx", ["--input", "pixels"]],
    ["model_pixels_batch.onnx", ["--input", "pixels-batch"]],
    ["model_fp16.onnx", ["--format", "onnx-fp16"]],
    ["model_fp16_pixels.onnx", ["--format", "onnx-fp16", "--input", "pixels"]],
  ])("%s answers as model.onnx does", async (name, flags) => {
    const exported = await run(folder, ["export", RUN, ...IMPORT, ...flags]);
    expect(exported.code, exported.stderr).toBe(0);
    expect(exported.stdout).toBe(`${join(folder, RUN, name)}\n`);
    const [own, float] = [await confidences(exported.stdout.trim()), await confidences(RUN)];
    expect(own).toHaveLength(float.length);
    for (const [i, value] of own.entries()) expect(Math.abs(value - float[i]!)).toBeLessThan(2e-3);
  });

  test("--json says how it compares", async () => {
    const words = ["export", RUN, ...IMPORT, "--format", "onnx-fp16", "-o", "half", "--json"];
    const { stdout, stderr, code } = await run(folder, words);
    expect(code, stderr).toBe(0);
    const { path, models } = JSON.parse(stdout);
    expect(models.map(({ name }: { name: string }) => name)).toEqual(["float32", "float16"]);
    expect(models[1]).toMatchObject({ agreement: 1, pictures: 24, bytes: (await stat(path)).size });
    expect(models[1].val_accuracy).toBe(models[0].val_accuracy);
    expect(stderr).toMatch(/float16 .+ 100\.00 % .+ MB/);
  });

  test.each([
    [
      ["--format", "onnx-fp61"],
      2,
      'error: --format: there is no format "onnx-fp61"; did you mean "onnx-fp16"? [EXPORT_FORM]',
    ],
    [
      ["--input", "pixel"],
      2,
      'error: --input: there is no input "pixel"; did you mean "pixels"? [EXPORT_FORM]',
    ],
    [["--max-drop", "-1"], 2, "It must be a number from 0 to 100."],
    [
      ["--dynamic", "size", "--input", "pixels"],
      2,
      "error: --dynamic: a model that takes pixels resizes them to one size by itself; leave out --dynamic or --input [EXPORT_FORM]",
    ],
  ])("%j is refused in a line", async (flags, code, line) => {
    const result = await run(folder, ["export", RUN, ...IMPORT, ...flags]);
    expect(result.stderr).toContain(line);
    expect(result.code).toBe(code);
  });
});

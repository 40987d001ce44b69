// A run exported in every form, and classified with; and what is said where that cannot be.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeModel, modelMetadata } from "../../src/onnx/index.ts";
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

  test("--format onnx-int8 calibrates, compares and writes the best", async () => {
    const words = ["export", RUN, ...IMPORT, "--format", "onnx-int8", "-o", "int8", "--json"];
    const { stdout, stderr, code } = await run(folder, [...words, "--calibration-pictures", "12"]);
    expect(code, stderr).toBe(0);
    const { path, models } = JSON.parse(stdout);
    expect(path).toBe(join(folder, "int8", "model_int8.onnx"));
    const names = models.map(({ name }: { name: string }) => name);
    expect(names[0]).toBe("float32");
    for (const method of ["minmax", "percentile", "entropy"])
      expect(names.join()).toContain(`int8 (${method}`);
    const written = models.at(-1);
    expect(written.test_accuracy).toBeGreaterThan(models[0].test_accuracy - 0.01);
    expect(stderr).toContain("on 12 pictures");
    expect(stderr).toContain(`written: ${written.name}`);
    const model = decodeModel(await readFile(path));
    const { method, calibration_pictures } = JSON.parse(modelMetadata(model).get("quantization")!);
    expect(written.name).toContain(method);
    expect(calibration_pictures).toBe(12);
    expect(model.graph!.node.some(({ opType }) => opType === "QuantizeLinear")).toBe(true);
    const [own, float] = [await confidences(path), await confidences(RUN)];
    for (const [i, value] of own.entries()) expect(Math.abs(value - float[i]!)).toBeLessThan(0.15);
  });

  test("int8 by one method, with pixels", async () => {
    const flags = ["--format", "onnx-int8", "--calibration", "minmax", "--input", "pixels", "-o", "int8"];
    const { stdout, stderr, code } = await run(folder, ["export", RUN, ...IMPORT, ...flags]);
    expect(code, stderr).toBe(0);
    expect(stdout.trim()).toBe(join(folder, "int8", "model_int8_pixels.onnx"));
    expect(stderr).toMatch(/int8 \(minmax/);
    expect(stderr).not.toContain("entropy");
    const [own, float] = [await confidences(stdout.trim()), await confidences(RUN)];
    for (const [i, value] of own.entries()) expect(Math.abs(value - float[i]!)).toBeLessThan(0.15);
  });

  test("int8 without pictures to calibrate on is refused in a line", async () => {
    const flags = ["--format", "onnx-int8", "data.root=nowhere"];
    const { stderr, code } = await run(folder, ["export", RUN, ...IMPORT, ...flags]);
    expect(code).toBe(3);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toContain("nowhere");
  });

  test.each([
    [
      ["--format", "onnx-int8", "--calibration", "entropie"],
      2,
      'error: --calibration: there is no calibration "entropie"; did you mean "entropy"? [EXPORT_FORM]',
    ],
    [["--calibration-pictures", "0"], 2, "It must be a whole number from 1."],
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

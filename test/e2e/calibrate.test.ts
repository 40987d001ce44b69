// A model's confidence, made to mean what it says and followed by predict.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeJpeg } from "../../src/image/index.ts";
import { decodeModel, encodeModel, modelMetadata } from "../../src/onnx/index.ts";
import { QUICK, removeFolder, run, TINY_NETWORK, temporaryFolder, writeColourPictures } from "./command.ts";

let folder: string;
const MODEL = join("run", "model.onnx");
const model = () => readFile(join(folder, MODEL));

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
  await run(folder, ["train", ...QUICK, "data.root=photos", "hydra.run.dir=run"]);
  await mkdir(join(folder, "grey"));
  for (const shade of ["dark", "light"]) await mkdir(join(folder, "shades", shade), { recursive: true });
  for (const level of [0, 128, 255]) {
    const data = new Uint8Array(32 * 32 * 3).fill(level);
    const jpeg = await encodeJpeg({ width: 32, height: 32, data }, 90);
    await writeFile(join(folder, "grey", `${level}.jpg`), jpeg);
    await writeFile(join(folder, "shades", level > 100 ? "light" : "dark", `${level}.jpg`), jpeg);
  }
});
afterAll(() => removeFolder(folder));

test("fits to the run's validation split and says what is gained", async () => {
  const before = await model();
  const words = ["calibrate", "run", "--abstain", "coverage=0.5", "--outliers", "grey", "--json"];
  const { code, stdout } = await run(folder, [...words, "--import", TINY_NETWORK]);
  expect(code).toBe(0);
  const result = JSON.parse(stdout);
  expect(result.parts.map(({ part }: { part: string }) => part)).toEqual(["val", "test"]);
  const [val] = result.parts;
  expect(val.before.pictures).toBe(12);
  expect(val.after.logLoss).toBeLessThan(val.before.logLoss);
  expect(result.outliers.pictures).toBe(3);
  const after = await model();
  const written = JSON.parse(modelMetadata(decodeModel(after)).get("calibration")!);
  expect(written.scaling).toEqual(result.calibration.scaling);
  expect(written.least_confidence).toEqual(result.calibration.leastConfidence);
  const bare = decodeModel(after);
  bare.metadataProps = bare.metadataProps.filter(({ key }) => key !== "calibration");
  expect(Buffer.from(encodeModel(bare)).equals(before)).toBe(true);
});

test("predict follows it, and says of what it is unsure", async () => {
  const { stdout } = await run(folder, ["predict", MODEL, "photos/val", "--json", "-k", "3"]);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const sure = lines.filter(({ predictions }) => predictions[0].unsure === undefined);
  expect(sure.length).toBeGreaterThanOrEqual(6);
  expect(sure.length).toBeLessThan(12);
  const table = await run(folder, ["predict", MODEL, "photos/val"]);
  expect(table.stdout).toContain("unsure (unconfident): ");
});

interface Said {
  readonly predictions: readonly { readonly label: string; readonly confidence: number }[];
}

test("explain says what predict says, of the export and of the run, and names its doubts", async () => {
  const said = async (words: readonly string[]): Promise<Said["predictions"][]> => {
    const { stdout } = await run(folder, [...words, "--json", "--import", TINY_NETWORK]);
    const lines = stdout.trim().split("\n");
    return lines.map((line) => (JSON.parse(line) as Said).predictions);
  };
  const { stdout } = await run(folder, ["predict", MODEL, "photos/val", "--json", "-k", "3"]);
  const predicted = stdout
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as Said).predictions);
  expect(await said(["explain", MODEL, "photos/val", "-o", "explained"])).toEqual(predicted);
  const ofRun = await said(["explain", "run", "photos/val", "-o", "explained"]);
  for (const [i, classes] of ofRun.entries()) {
    const same = predicted[i]!.map((other) => ({
      ...other,
      confidence: expect.closeTo(other.confidence, 4),
    }));
    expect(classes).toEqual(same);
  }
  const table = await run(folder, ["explain", MODEL, "photos/val", "-o", "explained"]);
  expect(table.stdout).toContain(": unsure (unconfident): ");
});

test("takes a model without its run, and data", async () => {
  const words = ["calibrate", MODEL, "data.root=photos", "--method", "vector", "--json"];
  const { code, stdout } = await run(folder, words);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).calibration.scaling).toMatchObject({ method: "vector" });
  expect(JSON.parse(stdout).calibration).not.toHaveProperty("leastConfidence");
});

test("a model in a run's folder is judged by the run's data", async () => {
  const { code, stdout } = await run(folder, ["calibrate", MODEL, "--json", "--import", TINY_NETWORK]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).parts[0].before.pictures).toBe(12);
  await copyFile(join(folder, MODEL), join(folder, "alone.onnx"));
});

test.each([
  ["a model without data", ["alone.onnx"], /NO_DATA/, 2],
  ["classes that it does not know", [MODEL, "data.root=shades"], /UNKNOWN_CLASS/, 3],
  ["a goal that is none", ["run", "--abstain", "0.9"], /precision=SHARE/, 2],
  ["thresholds of classes without a goal", ["run", "--per-class"], /NO_GOAL/, 2],
] as const)("%s is one line", async (_, words, message, exit) => {
  const { code, stderr } = await run(folder, ["calibrate", ...words]);
  expect(stderr).toMatch(message);
  expect(code).toBe(exit);
});

test("export takes it along, into any format, and says so; of other weights it says what stays behind", async () => {
  const calibrationOf = async (path: string) =>
    modelMetadata(decodeModel(await readFile(join(folder, path)))).get("calibration");
  const before = await calibrationOf(MODEL);
  expect(before).toBeDefined();
  const words = ["export", "run", "--import", TINY_NETWORK];
  const half = await run(folder, [...words, "--format", "onnx-fp16", "--input", "pixels", "-o", "half"]);
  expect(half.stderr).toMatch(/^taken along from .*model\.onnx: calibration$/m);
  expect(await calibrationOf("half/model_fp16_pixels.onnx")).toBe(before);
  const again = await run(folder, words);
  expect(again).toMatchObject({ code: 0, stderr: expect.not.stringContaining("warning") });
  expect(await calibrationOf(MODEL)).toBe(before);
  const last = await run(folder, ["export", "run/checkpoints/last.safetensors", ...words.slice(2)]);
  expect(last.stderr).toMatch(
    /^warning: not taken along from .*model\.onnx, which has other weights: calibration$/m,
  );
  expect(last.stderr).toMatch(
    /^warning: .*model\.onnx is replaced, and its calibration is lost with it: calibrate /m,
  );
  expect(await calibrationOf(MODEL)).toBeUndefined();
});

// Ctrl-C and resume: an interrupted run continues to the bits of the one that never stopped.
import { createHash } from "node:crypto";
import { readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderShirts } from "../../src/samples/index.ts";
import { QUICK, removeFolder, run, signalled, temporaryFolder, writeColourPictures } from "./command.ts";

let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
});
afterAll(() => removeFolder(folder));

/** The files that must not depend on where a run was interrupted. */
async function results(name: string): Promise<Record<string, string>> {
  const files = ["metrics.csv", "checkpoints/best.safetensors", "model.onnx"];
  const contents = await Promise.all(files.map((file) => readFile(join(folder, name, file))));
  return Object.fromEntries(
    files.map((file, i) => [file, createHash("sha256").update(contents[i]!).digest("hex")]),
  );
}

describe.each([
  { runtime: "onnxruntime", signal: "SIGINT", code: 130 },
  { runtime: "reference", signal: "SIGTERM", code: 143 },
] as const)("on $runtime, $signal", ({ runtime, signal, code }) => {
  const settings = ["train", ...QUICK, `runtime=${runtime}`, "data.root=photos"];

  test("leaves a checkpoint, and ckpt continues to the bit", async () => {
    const whole = await run(folder, [...settings, `hydra.run.dir=${runtime}-whole`]);
    expect(whole.code).toBe(0);
    // The first step of the third epoch.
    const stopping = signalled(signal, "step", 6);
    const cut = await run(folder, [...settings, `hydra.run.dir=${runtime}-cut`, ...stopping]);
    expect(cut.stderr).toContain("interrupted");
    expect(cut.code).toBe(code);
    const summary = JSON.parse(await readFile(join(folder, `${runtime}-cut`, "summary.json"), "utf8"));
    expect(summary.status).toBe("interrupted");
    const resumed = await run(folder, [...settings, `hydra.run.dir=${runtime}-cut`, "ckpt=last"]);
    expect(resumed.code).toBe(0);
    expect(await results(`${runtime}-cut`)).toEqual(await results(`${runtime}-whole`));
  });
});

test("with several labels a picture, ckpt continues to the bit", async () => {
  const perSplit = { train: 48, val: 16, test: 16 };
  const { table } = await renderShirts({ root: join(folder, "shirts"), imageSize: 32, perSplit });
  const settings = ["train", "experiment=quickstart_multi_label", ...QUICK, `data.file=${table}`];
  const whole = await run(folder, [...settings, "hydra.run.dir=shirts-whole"]);
  expect(whole.code).toBe(0);
  // In the middle of the third epoch.
  const stopping = signalled("SIGINT", "step", 14);
  const cut = await run(folder, [...settings, "hydra.run.dir=shirts-cut", ...stopping]);
  expect(cut.code).toBe(130);
  const resumed = await run(folder, [...settings, "hydra.run.dir=shirts-cut", "ckpt=last"]);
  expect(resumed.code).toBe(0);
  expect(await results("shirts-cut")).toEqual(await results("shirts-whole"));
});

test("a run is not resumed with other data or settings, and stays as it was", async () => {
  const words = ["train", ...QUICK, "data.root=photos", "hydra.run.dir=mine"];
  const first = await run(folder, [...words, "trainer.max_epochs=1"]);
  expect(first.code).toBe(0);
  const before = await everythingIn(join(folder, "mine"));
  const settings = ["data.batch_size=4", "model.learning_rate=0.3", "callbacks=ema"];
  const other = await run(folder, [...words, "ckpt=last", ...settings]);
  expect(other.code).toBe(2);
  expect(other.stderr).toMatch(
    /data\.batch_size was 8, is 4; model\.learning_rate was 0\.02, is 0\.3; callbacks\.ema\._target_ was nothing, is EMA.*\[RESUME_MISMATCH\]/,
  );
  await rename(
    join(folder, "photos", "train", "red", "0.jpg"),
    join(folder, "photos", "train", "blue", "x.jpg"),
  );
  const moved = await run(folder, [...words, "ckpt=last"]);
  expect(moved.stderr).toMatch(
    /names and labels of the training pictures was \w+, is \w+.*\[RESUME_MISMATCH\]/,
  );
  expect(await everythingIn(join(folder, "mine"))).toEqual(before);
  await rename(
    join(folder, "photos", "train", "blue", "x.jpg"),
    join(folder, "photos", "train", "red", "0.jpg"),
  );
  await rename(join(folder, "photos"), join(folder, "pictures"));
  const elsewhere = ["data.root=pictures", "trainer.max_epochs=2", "data.num_workers=1"];
  expect((await run(folder, [...words, "ckpt=last", ...elsewhere])).code).toBe(0);
});

/** The content of every file below a folder, by name. */
async function everythingIn(path: string): Promise<Record<string, string>> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(file, "base64")] as const)),
  );
}

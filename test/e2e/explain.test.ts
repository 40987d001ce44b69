// Heat maps of what speaks for a class, as a user asks for them.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { QUICK, removeFolder, run, TINY_NETWORK, temporaryFolder, writeColourPictures } from "./command.ts";

let folder: string;
const own = ["--import", TINY_NETWORK];
const PICTURE = "photos/test/red/0.jpg";

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
  await run(folder, ["train", ...QUICK, "data.root=photos", "hydra.run.dir=run"]);
  await writeFile(join(folder, "broken.jpg"), "no picture");
  await run(folder, ["export", "run", "--input", "pixels", ...own]);
});
afterAll(() => removeFolder(folder));

test.each([
  ["a run by Grad-CAM", ["run", ...own], "gradcam"],
  [
    "a run by integrated gradients",
    ["run", "--method", "integrated_gradients", "--steps", "8", ...own],
    "integrated_gradients",
  ],
  ["an exported model by occlusion", ["run/model.onnx"], "occlusion"],
])("%s", async (_, [model, ...words], method) => {
  const out = `out-${method}`;
  const { code, stdout, stderr } = await run(folder, [
    "explain",
    model!,
    PICTURE,
    "-o",
    out,
    "--npy",
    "--json",
    ...words,
  ]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ explained: { label: "red" }, method });
  const files = (await readdir(join(folder, out), { recursive: true }))
    .filter((file) => /\.\w+$/.test(file))
    .sort();
  expect(files.map((file) => file.split(".").at(-1))).toEqual(["json", "npy", "png"]);
  const { width = 0, height = 0 } = await sharp(join(folder, out, files[2]!)).metadata();
  expect(Math.min(width, height)).toBeGreaterThan(300);
  const map = await readFile(join(folder, out, files[1]!));
  expect(map.toString("latin1", 0, 128)).toContain("'shape': (16, 16)");
});

test("goes on behind a picture that cannot be read, and says so", async () => {
  const { code, stderr } = await run(folder, [
    "explain",
    "run/model.onnx",
    "broken.jpg",
    PICTURE,
    "-o",
    "both",
  ]);
  expect(stderr).toMatch(/^error: broken\.jpg: .*\[PICTURE_\w+\]$/m);
  expect(code).toBe(3);
  expect(
    (await readdir(join(folder, "both"), { recursive: true })).some((file) => file.endsWith(".png")),
  ).toBe(true);
});

test.each([
  [
    "gradients of an exported model",
    ["run/model.onnx", PICTURE, "--method", "gradcam"],
    /METHOD_NEEDS_WEIGHTS/,
  ],
  ["a model with pixels inside", ["run/model_pixels.onnx", PICTURE], /EXPLAIN_PIXELS/],
  [
    "a class that there is not",
    ["run", PICTURE, "--class", "pink", ...own],
    /"pink"; choose one of blue, green, red/,
  ],
  ["a layer that there is not", ["run", PICTURE, "--layer", "nowhere", ...own], /LAYER_UNKNOWN/],
])("%s is one line", async (_, words, message) => {
  const { code, stderr } = await run(folder, ["explain", ...words]);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});

test("the report shows what speaks for the predicted class, and for the true one where that is another", async () => {
  const untrained = ["trainer.max_epochs=1", "model.learning_rate=1e-9", "callbacks=default"];
  const { code } = await run(folder, [
    ...["train", ...QUICK, ...untrained, "data.root=photos", "hydra.run.dir=untrained"],
  ]);
  expect(code).toBe(0);
  const page = await readFile(join(folder, "untrained/report.html"), "utf8");
  const [section] = page.split('id="looked-at"')[1]!.split("</section>");
  const count = (text: string): number => section!.split(text).length - 1;
  const wrong = count('<figure class="pic wrong"');
  expect(wrong).toBeGreaterThan(0);
  expect(count('alt="what speaks for ')).toBe(count("<figure") + wrong);
  const small = await run(folder, ["report", "untrained", "data.image_size=2", ...own]);
  expect(small.code).toBe(0);
  expect(small.stderr.trim().split("\n")).toEqual([
    "the report shows no heat maps: no layer of the network has a map of more than one place",
  ]);
});

// An npm package around a model, used as its users would: in Node.js, in strict TypeScript, in a page.
import { execFile } from "node:child_process";
import { mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeModel } from "../../src/app/package/describe-model.ts";
import { hostTensor } from "../../src/core/index.ts";
import { openOnnxSession } from "../../src/inference/index.ts";
import { decodeModel, modelInputs } from "../../src/onnx/index.ts";
import { CHROMIUM, launchChromium } from "../browser/chromium.ts";
import { serve } from "../browser/site.ts";
import {
  type CommandResult,
  QUICK,
  removeFolder,
  run,
  start,
  TINY_NETWORK,
  temporaryFolder,
  writeColourPictures,
} from "./command.ts";

const execute = promisify(execFile);
const modules = join(import.meta.dirname, "../../node_modules");
const OWN_CODE = 60_000;

let folder: string;
let packaged: CommandResult;
/** Where the package is installed, as `npm install` would. */
let installed: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
  await run(folder, ["train", ...QUICK, "data.root=photos", "hydra.run.dir=run"]);
  await run(folder, ["calibrate", "run", "--abstain", "coverage=0.9", "--import", TINY_NETWORK]);
  packaged = await run(folder, ["package", "run", "--name", "@me/colours", "--import", TINY_NETWORK]);
  const { stdout } = await execute("npm", ["pack", "--silent", "--pack-destination", folder], {
    cwd: join(folder, "colours"),
  });
  installed = join(folder, "app", "node_modules", "@me", "colours");
  await mkdir(installed, { recursive: true });
  await execute("tar", ["xzf", join(folder, stdout.trim()), "--strip-components=1", "-C", installed]);
  // What `npm install` would fetch.
  await symlink(modules, join(folder, "node_modules"));
});
afterAll(() => removeFolder(folder));

test("says where it is and which pictures are part of it", () => {
  expect(packaged.code).toBe(0);
  expect(packaged.stdout.trim()).toBe(join(folder, "colours"));
  expect(packaged.stderr).toMatch(/part of the package, for its test: .*blue.*green.*red/);
});

test("its own test passes where it is installed", async () => {
  const { stdout } = await execute("npm", ["test", "--silent"], { cwd: installed });
  expect(stdout).toContain("pass 1");
});

test("its code without the runtimes is small", async () => {
  for (const platform of ["node", "browser"]) {
    const files = ["model.js", "index.js", `runtime/${platform}.js`];
    const sizes = await Promise.all(files.map((file) => stat(join(installed, file))));
    expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(OWN_CODE + 1000);
  }
});

test("takes paths, addresses, bytes and pixels, and says what is wrong with a picture", async () => {
  await writeFile(join(folder, "app", "broken.jpg"), "no picture");
  const script = `
    import { readFile } from "node:fs/promises";
    import { pathToFileURL } from "node:url";
    import { classify, labels } from "@me/colours";
    const path = "../photos/test/red/0.jpg";
    const bytes = await readFile(path);
    const pixels = { width: 32, height: 32, data: new Uint8ClampedArray(32 * 32 * 4).fill(200) };
    const results = [];
    for (const picture of [path, pathToFileURL(path), bytes, bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), pixels])
      results.push(await classify(picture, { topK: 1 }));
    const errors = [];
    for (const picture of ["broken.jpg", "nowhere.jpg", 3, { width: 2, height: 2, data: new Uint8Array(5) }])
      await classify(picture).catch((error) => errors.push(error.message));
    console.log(JSON.stringify({ labels, results, errors }));`;
  await writeFile(join(folder, "app", "use.mjs"), script);
  const { stdout } = await execute(process.execPath, ["use.mjs"], { cwd: join(folder, "app") });
  const { labels, results, errors } = JSON.parse(stdout);
  expect(labels).toEqual(["blue", "green", "red"]);
  for (const [best] of results.slice(0, 4)) expect(best).toEqual(results[0][0]);
  expect(results[0][0].label).toBe("red");
  expect(results[4]).toHaveLength(1);
  expect(errors).toEqual([
    expect.stringContaining("not a picture"),
    expect.stringContaining("nowhere.jpg"),
    expect.stringContaining("a picture is a path"),
    expect.stringContaining("5 bytes are not 2 x 2 pixels"),
  ]);
});

test("its labels are types, with and without the types of Node.js and pages", async () => {
  const use = `import { classify, labels, type Label } from "@me/colours";
const [best] = await classify("photo.jpg", { topK: 1 });
export const label: Label | undefined = best?.label;
export const red: "red" = labels[2];
// @ts-expect-error no such class
export const other: Label = "orange";
// @ts-expect-error no picture
await classify(3);
`;
  await writeFile(join(folder, "app", "use.mts"), use);
  const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--types", ""];
  for (const lib of ["es2022", "es2022,dom"]) {
    const words = [join(modules, "typescript/bin/tsc"), ...flags, "--lib", lib, "use.mts"];
    const checked = await execute(process.execPath, words, { cwd: join(folder, "app") }).catch(
      (error) => error,
    );
    expect(checked.stdout).toBe("");
  }
});

describe.skipIf(CHROMIUM === undefined)("in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  test("the example page, built by vite, says what the trained model said", async () => {
    const site = join(folder, "site");
    await build({
      root: join(folder, "colours"),
      configFile: false,
      logLevel: "error",
      build: { outDir: site, rollupOptions: { input: join(folder, "colours", "example", "index.html") } },
    });
    await using served = await serve(site);
    const page = await browser.newPage();
    await page.goto(`${served.address}/example/index.html`);
    const state = page.locator("#state[data-difference], #state[data-error]");
    await state.waitFor({ timeout: 60_000 });
    expect(await state.getAttribute("data-error")).toBeNull();
    expect(Number(await state.getAttribute("data-difference"))).toBeLessThan(1e-4);
    const name = await page.locator("figcaption").last().textContent();
    expect(name).toMatch(/^(unsure: )?(blue|green|red) \d+\.\d %/);
    await page.close();
  });
});

test("a folder for Transformers.js has its names of inputs, sizes and classes", async () => {
  const { code, stdout } = await run(folder, [
    "package",
    "run",
    "--transformers",
    "-o",
    "hub",
    "--import",
    TINY_NETWORK,
  ]);
  expect(code).toBe(0);
  expect(stdout.trim()).toBe(join(folder, "hub"));
  const read = async (file: string) => JSON.parse(await readFile(join(folder, "hub", file), "utf8"));
  expect(await read("config.json")).toMatchObject({
    model_type: "resnet",
    id2label: { 0: "blue", 1: "green", 2: "red" },
    label2id: { blue: 0, green: 1, red: 2 },
  });
  expect(await read("preprocessor_config.json")).toMatchObject({
    size: { shortest_edge: 16 },
    resample: 2,
    crop_size: { height: 16, width: 16 },
    image_mean: [0.485, 0.456, 0.406],
  });
  const [renamed, model] = await Promise.all(
    [join(folder, "hub", "onnx", "model.onnx"), join(folder, "run", "model.onnx")].map((file) =>
      readFile(file),
    ),
  );
  expect(modelInputs(decodeModel(renamed!)).map(({ name }) => name)).toEqual(["pixel_values"]);
  const images = hostTensor(
    "float32",
    [2, 3, 16, 16],
    Float32Array.from({ length: 1536 }, (_, i) => Math.sin(i)),
  );
  const [a, b] = await Promise.all(
    [renamed!, model!].map(async (bytes) => {
      const session = await openOnnxSession(bytes, "model.onnx");
      const { data } = await session.run(images);
      await session.dispose();
      return [...data];
    }),
  );
  expect(a).toEqual(b);
});

test("a folder for docker build serves the model as it is called", async () => {
  const words = ["package", "run", "--docker", "--name", "colours", "-o", "image"];
  const { code, stdout } = await run(folder, [...words, "--import", TINY_NETWORK]);
  expect(code).toBe(0);
  expect(stdout.trim()).toBe(join(folder, "image"));
  const [copied, model] = await Promise.all(
    ["image", "run"].map((name) => readFile(join(folder, name, "model.onnx"))),
  );
  expect(copied!.equals(model!)).toBe(true);
  const dockerfile = await readFile(join(folder, "image", "Dockerfile"), "utf8");
  const [, command = ""] = /^CMD (.*)$/m.exec(dockerfile) ?? [];
  const [program, ...served] = JSON.parse(command) as string[];
  expect(program).toBe("node_modules/.bin/classifier-training");
  // What the image would run, but for its port and its address.
  const server = start(join(folder, "image"), [...served.slice(0, 2), "--port", "0"]);
  const address = await new Promise<string>((resolve, reject) => {
    let text = "";
    server.child.stderr.on("data", (part: string) => {
      text += part;
      const [found] = /http:\S+:predict/.exec(text) ?? [];
      if (found !== undefined) resolve(found);
    });
    server.ended.then(({ stderr }) => reject(new Error(stderr)), reject);
  });
  const body = await readFile(join(folder, "photos/test/red/0.jpg"));
  const answer = await fetch(address, { method: "POST", headers: { "content-type": "image/jpeg" }, body });
  expect(await answer.json()).toMatchObject({ predictions: [{ classes: [{ label: "red" }, {}, {}] }] });
  server.child.kill("SIGTERM");
  expect((await server.ended).code).toBe(143);
});

test.each([
  ["a docker folder without a name", ["--docker", "-o", "x"], /PACKAGE_NAME.*|add --name and -o/],
  ["no name", [], /PACKAGE_NAME/],
  ["a name that npm refuses", ["--name", "My Fruit"], /PACKAGE_NAME/],
  ["a folder with something in it", ["--name", "photos"], /PACKAGE_FOLDER/],
])("%s is one line", async (_, words, message) => {
  const { code, stderr } = await run(folder, ["package", "run", ...words, "--import", TINY_NETWORK]);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});

test("preprocessing that packages do not have is refused by name", async () => {
  const labels = JSON.parse(await readFile(join(folder, "run", "labels_mapping.json"), "utf8"));
  const grey = [{ name: "Grayscale", options: { numOutputChannels: 3 } }, ...labels.transforms];
  expect(() => describeModel({ ...labels, transforms: grey }, undefined, "model.onnx")).toThrow(
    expect.objectContaining({ code: "PACKAGE_TRANSFORMS", message: expect.stringContaining("Grayscale") }),
  );
});

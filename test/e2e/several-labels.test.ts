// A model that tells several labels, from a table to a package: predict, thresholds, calibrate, evaluate, compare, explain, export, serve.
import { execFile } from "node:child_process";
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RandomStream, readCsv } from "../../src/core/index.ts";
import { encodeJpeg } from "../../src/image/index.ts";
import { Classifier } from "../../src/inference/index.ts";
import { CHROMIUM, launchChromium } from "../browser/chromium.ts";
import { serve as serveSite } from "../browser/site.ts";
import { serve } from "../support/served.ts";
import { QUICK, removeFolder, run, TINY_NETWORK, temporaryFolder } from "./command.ts";

const execute = promisify(execFile);
const modules = join(import.meta.dirname, "../../node_modules");
const COLOURS = ["blue", "green", "red"];
const IMPORT = ["--import", TINY_NETWORK];
const DATA = [
  "task=multi_label",
  "data=csv",
  "data.file=table.csv",
  "data.label_column=labels",
  "data.label_separator='|'",
  "data.image_size=16",
];
let folder: string;

/** A picture whose bands each are bright in one channel, or none. */
async function writePictures(): Promise<void> {
  await mkdir(join(folder, "photos"), { recursive: true });
  const rows: string[] = ["image,labels,split"];
  for (const [part, count] of [
    ["train", 48],
    ["val", 32],
    ["test", 24],
  ] as const) {
    for (let i = 0; i < count; i++) {
      const random = new RandomStream(1, part, [i, 0]);
      const present = COLOURS.filter((_, c) => ((i >> c) & 1) === 1);
      const data = new Uint8Array(32 * 32 * 3).map((_, k) => {
        const channel = 2 - (k % 3);
        return random.integer(110) + (present.includes(COLOURS[channel]!) ? 110 : 20);
      });
      const file = `photos/${part}-${i}.jpg`;
      await writeFile(join(folder, file), await encodeJpeg({ width: 32, height: 32, data }, 90));
      rows.push(`${file},${present.join("|")},${part}`);
    }
  }
  await writeFile(join(folder, "table.csv"), `${rows.join("\n")}\n`);
}

const predictions = async (...words: string[]) => {
  const { code, stdout, stderr } = await run(folder, ["predict", ...words, "photos", "--json"]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
};

interface Line {
  readonly picture: string;
  readonly labels: readonly string[];
  readonly predictions: readonly {
    readonly label: string;
    readonly confidence: number;
    readonly present: boolean;
  }[];
}

const labelsOf = (lines: readonly Line[]) => lines.map(({ labels }) => labels.toSorted());

async function mapping(): Promise<{ readonly task?: string; readonly thresholds?: readonly number[] }> {
  return JSON.parse(await readFile(join(folder, "run", "labels_mapping.json"), "utf8"));
}

beforeAll(async () => {
  folder = await temporaryFolder();
  await writePictures();
  const words = ["train", ...QUICK, ...DATA, "hydra.run.dir=run"];
  const { code, stderr } = await run(folder, words);
  expect(code, stderr).toBe(0);
  await cp(join(folder, "run"), join(folder, "first"), { recursive: true });
}, 120_000);
afterAll(() => removeFolder(folder));

test("the export knows its task, and predict names the labels that are present", async () => {
  expect(await mapping()).toMatchObject({ task: "multi_label", num_classes: 3 });
  const lines = await predictions("run");
  for (const { labels, predictions: all } of lines) {
    expect(all.map(({ label }) => label).toSorted()).toEqual(COLOURS);
    expect(all).toEqual(all.toSorted((a, b) => b.confidence - a.confidence));
    for (const { label, confidence, present } of all) {
      expect(present).toBe(confidence > 0.5);
      expect(labels.includes(label)).toBe(present);
    }
  }
  const { stdout } = await run(folder, ["predict", "run", "photos/test-0.jpg", "photos/test-7.jpg"]);
  expect(stdout).toMatch(/test-0\.jpg {2}none \(likeliest: \w+ \d+\.\d%\)/);
  expect(stdout).toMatch(/test-7\.jpg {2}\w+ \d+\.\d%, \w+ \d+\.\d%/);
  const refused = await run(folder, ["predict", "run", "photos", "-k", "2"]);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("[TOP_K]")]);
});

test("files of predictions have a column for each label", async () => {
  for (const file of ["p.csv", "p.parquet", "p.jsonl"])
    expect((await run(folder, ["predict", "run", "photos", "--out", file])).code).toBe(0);
  const lines = await predictions("run");
  const [header, ...rows] = readCsv(await readFile(join(folder, "p.csv"), "utf8"));
  expect(header).toEqual([
    "picture",
    "labels",
    ...COLOURS.map((name) => `confidence_${name}`),
    "unsure",
    "error",
  ]);
  const parquet = await parquetReadObjects({ file: await asyncBufferFromFile(join(folder, "p.parquet")) });
  const json = (await readFile(join(folder, "p.jsonl"), "utf8")).trim().split("\n");
  expect(json.map((line) => JSON.parse(line))).toEqual(lines);
  for (const [i, { picture, labels, predictions: all }] of lines.entries()) {
    const each = COLOURS.map((name) => all.find(({ label }) => label === name)!.confidence);
    expect(rows[i]!.slice(0, 5)).toEqual([picture, labels.join("|"), ...each.map(String)]);
    expect(parquet[i]).toMatchObject({ picture, labels: labels.join("|"), confidence_red: each[2] });
  }
});

test("thresholds are chosen and followed", async () => {
  const chosen = await run(folder, ["thresholds", "run", ...IMPORT, "--for", "recall:0.9", "--json"]);
  expect(chosen.stderr).toBe("");
  const { labels, gains } = JSON.parse(chosen.stdout);
  for (const { recall, pictures } of labels) {
    expect(recall).toBeGreaterThanOrEqual(0.9);
    expect(pictures).toBe(16);
  }
  expect(gains.map(({ part }: { part: string }) => part)).toEqual(["val", "test"]);
  const thresholds = labels.map(({ threshold }: { threshold: number }) => threshold);
  expect((await mapping()).thresholds).toEqual(thresholds);
  const lines = await predictions("run");
  for (const { predictions: all } of lines) {
    for (const { label, confidence, present } of all)
      expect(present).toBe(confidence > thresholds[COLOURS.indexOf(label)]);
  }
  const table = await run(folder, ["thresholds", "run", ...IMPORT, "--for", "precision:0.9", "--global"]);
  expect(table.stdout).toMatch(/label +threshold +precision +recall +F1 +pictures/);
}, 180_000);

test("they are moved along by a calibration, followed by all commands, and taken along by an export", async () => {
  await run(folder, ["thresholds", "run", ...IMPORT]);
  const calibrated = await run(folder, ["calibrate", "run", ...IMPORT]);
  expect(calibrated.code, calibrated.stderr).toBe(0);
  expect(calibrated.stdout).toMatch(/label +temperature +val error +calibrated +test error +calibrated/);
  expect(calibrated.stderr).toContain("the thresholds were moved along");
  expect(calibrated.stderr).toContain("what was exported from this run before does not have it");
  const before = await mapping();
  expect(before.thresholds).toHaveLength(3);

  const evaluated = await run(folder, ["evaluate", "run", ...IMPORT, "--json"]);
  const { metrics, labels: each } = JSON.parse(evaluated.stdout);
  expect(metrics.map).toBeGreaterThan(0.9);
  expect(each.map(({ threshold }: { threshold: number }) => threshold)).toEqual(before.thresholds);
  expect(await readFile(join(folder, "evaluation.html"), "utf8")).toContain(
    "Made by classifier-training evaluate",
  );
  const mean = each.reduce((sum: number, { f1 }: { f1: number }) => sum + f1, 0) / each.length;
  expect(metrics.f1).toBeCloseTo(mean, 6);

  const explained = await run(folder, ["explain", "run", ...IMPORT, "photos/test-7.jpg", "--json"]);
  const explanations = explained.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).explained.label);
  const own = (await predictions("run")).find(({ picture }) => picture === "photos/test-7.jpg")!;
  expect(explanations).toEqual(own.labels);

  const exported = await run(folder, ["export", "run", ...IMPORT]);
  expect(exported.stderr).toMatch(/^taken along from .*model\.onnx: calibration, thresholds$/m);
  expect(exported.stderr).not.toContain("warning");
  expect((await mapping()).thresholds).toEqual(before.thresholds);
}, 180_000);

test("a calibration lets the same labels be present", async () => {
  await run(folder, ["thresholds", "run", ...IMPORT]);
  const before = labelsOf(await predictions("run"));
  for (const method of ["per_label", "temperature"]) {
    expect((await run(folder, ["calibrate", "run", ...IMPORT, "--method", method])).code).toBe(0);
    expect(labelsOf(await predictions("run"))).toEqual(before);
  }
}, 180_000);

test.each([
  ["--abstain", ["calibrate", "run", "--abstain", "coverage=0.8"], /--abstain: .*\[TASK\]/],
  ["a scale for each class", ["calibrate", "run", "--method", "vector"], /--method: .*\[TASK\]/],
  ["a goal that is none", ["thresholds", "run", "--for", "precision"], /must be f1/],
  ["a share above 1", ["thresholds", "run", "--for", "recall:1.2"], /must be f1/],
  ["two scopes", ["thresholds", "run", "--global", "--per-label"], /cannot be used with/],
  ["data of one class each", ["evaluate", "first/model.onnx", "data=csv", "data.file=one.csv"], /\[TASK\]/],
])("%s is refused", async (_, words, problem) => {
  await writeFile(join(folder, "one.csv"), "image,label\nphotos/test-1.jpg,blue\nphotos/test-2.jpg,green\n");
  const { code, stderr } = await run(folder, [...words, ...IMPORT]);
  expect(stderr).toMatch(problem);
  expect(code).not.toBe(0);
});

test("evaluate says what views of a picture gain", async () => {
  const plain = await run(folder, ["evaluate", "run", ...IMPORT, "--json"]);
  const views = await run(folder, ["evaluate", "run", ...IMPORT, "--tta", "flip", "--json"]);
  expect(views.code, views.stderr).toBe(0);
  const { viewsGain, metrics } = JSON.parse(views.stdout);
  expect(viewsGain.map).toBeCloseTo(metrics.map, 6);
  expect(viewsGain.mapAlone).toBeCloseTo(JSON.parse(plain.stdout).metrics.map, 6);
  const { stderr } = await run(folder, ["evaluate", "run", ...IMPORT, "--tta", "flip"]);
  expect(stderr).toMatch(/mAP \d\.\d{4} with flip, \d\.\d{4} without/);
});

test("a run is judged by a table of its own, given as for training", async () => {
  await writeFile(
    join(folder, "own.csv"),
    "file,tags\nphotos/test-1.jpg,blue\nphotos/test-6.jpg,green;red\n",
  );
  const own = ["data=csv", "data.file=own.csv", "data.image_column=file", "data.label_column=tags"];
  const words = ["evaluate", "run", ...IMPORT, "task=multi_label", ...own, "data.label_separator=';'"];
  const { code, stdout, stderr } = await run(folder, [...words, "--json"]);
  expect(code, stderr).toBe(0);
  const { pictures, labels } = JSON.parse(stdout);
  expect(pictures).toBe(2);
  expect(labels.map((each: { pictures: number }) => each.pictures)).toEqual([1, 1, 1]);
});

test("the report shows what speaks for labels", async () => {
  const words = [
    "train",
    ...QUICK,
    ...DATA,
    "callbacks=default",
    "trainer.max_epochs=2",
    "hydra.run.dir=seen",
  ];
  const { code, stderr } = await run(folder, words);
  expect(code, stderr).toBe(0);
  const page = await readFile(join(folder, "seen/report.html"), "utf8");
  const [section] = page.split('id="looked-at"')[1]!.split("</section>");
  expect(section).toContain('class="tag ');
  expect(section!.match(/alt="what speaks for (blue|green|red)"/g)!.length).toBeGreaterThan(2);
}, 60_000);

test("two models are compared by whole pictures and label by label", async () => {
  const words = ["compare", "run", "first", ...IMPORT, "--json"];
  const { stdout, code } = await run(folder, words);
  expect(code).toBe(0);
  const result = JSON.parse(stdout);
  expect(result.pictures).toBe(24);
  expect(result.averagePrecision[0]).toBeCloseTo(result.averagePrecision[1], 6);
  expect(await readFile(join(folder, "comparison.html"), "utf8")).toContain(
    "A picture is right where all its labels are.",
  );
});

test("a cross-validation gives the mean of the folds' mean average precisions, and that of all pictures", async () => {
  const words = [...QUICK, ...DATA, "data.folds=2", "hydra.run.dir=cv"];
  const table = await readFile(join(folder, "table.csv"), "utf8");
  await writeFile(join(folder, "whole.csv"), table.replaceAll(/,[^,\n]*$/gm, ""));
  const own = words.map((word) => word.replace("table.csv", "whole.csv"));
  const { stdout, stderr, code } = await run(folder, ["cross-validate", ...own]);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/mean +\d\.\d{4}/);
  const figures = JSON.parse(await readFile(join(folder, "cv/cross_validation.json"), "utf8"));
  const each: number[] = [];
  for (const fold of [0, 1]) {
    const summary = JSON.parse(await readFile(join(folder, `cv/fold=${fold}/summary.json`), "utf8"));
    each.push(summary.best.score);
    expect(figures.folds[fold].map).toBeCloseTo(summary.best.score, 4);
  }
  expect(figures.mean_map).toBeCloseTo((each[0]! + each[1]!) / 2, 4);
  expect(figures.pictures).toBe(104);
  const rows = readCsv(await readFile(join(folder, "cv/out_of_fold.csv"), "utf8"));
  expect(new Set(rows.slice(1).map((row) => row[rows[0]!.indexOf("name")])).size).toBe(104);
}, 180_000);

test("a search goes by mean average precision", async () => {
  const searched = "model.learning_rate=tag(log,interval(1e-3,1e-1))";
  const words = ["search", ...QUICK, ...DATA, searched, "trainer.max_epochs=1", "--trials", "2"];
  const { stdout, stderr, code } = await run(folder, words);
  expect(code, stderr).toBe(0);
  expect(stdout + stderr).toMatch(/maximize val\/map; 2 completed/);
}, 180_000);

describe("other forms", () => {
  test("float16, int8, pixels and ensembles keep the task", async () => {
    for (const words of [
      ["--format", "onnx-fp16"],
      ["--format", "onnx-int8"],
      ["--input", "pixels"],
    ]) {
      const { code, stdout, stderr } = await run(folder, ["export", "first", ...IMPORT, ...words, "--json"]);
      expect(code, stderr).toBe(0);
      const { path, models } = JSON.parse(stdout);
      if (models !== undefined) expect(models.at(-1).val_map).toBeGreaterThan(models[0].val_map - 0.01);
      await using classifier = await Classifier.load(path);
      expect(classifier.task).toBe("multi_label");
    }
    const words = ["export", "--ensemble", "first", "run", "-o", "together", ...IMPORT, "--json"];
    const { code, stderr } = await run(folder, words);
    expect(code, stderr).toBe(0);
    const [mean, alone] = [await predictions("together/model.onnx"), await predictions("first")];
    for (const [i, { predictions: all }] of mean.entries()) {
      for (const { label, confidence } of all)
        expect(confidence).toBeCloseTo(
          alone[i]!.predictions.find((other) => other.label === label)!.confidence,
          4,
        );
    }
  }, 180_000);

  test("a server says which labels are present", async () => {
    await run(folder, ["thresholds", "run", ...IMPORT]);
    await using server = await serve(folder, "colours=run", "--threads", "1");
    const body = await readFile(join(folder, "photos/test-7.jpg"));
    const post = (query = "") =>
      fetch(`${server.url}/v1/models/colours:predict${query}`, {
        method: "POST",
        body,
        headers: { "content-type": "image/jpeg" },
      });
    const own = (await predictions("run")).find(({ picture }) => picture === "photos/test-7.jpg")!;
    const answer = (await (await post()).json()) as { predictions: readonly object[] };
    expect(answer.predictions).toEqual([{ labels: own.labels, classes: own.predictions }]);
    expect((await post("?top_k=2")).status).toBe(400);
    const model = await (await fetch(`${server.url}/v1/models/colours`)).json();
    expect(model).toMatchObject({ task: "multi_label", thresholds: (await mapping()).thresholds });
  }, 180_000);

  test("a package answers with labels, and its own test passes", async () => {
    const made = await run(folder, ["package", "run", "--name", "colours", ...IMPORT]);
    expect(made.code, made.stderr).toBe(0);
    const root = join(folder, "colours");
    await symlink(modules, join(folder, "node_modules"));
    const { stdout } = await execute("npm", ["test", "--silent"], { cwd: root });
    expect(stdout).toContain("pass 1");
    expect(await readFile(join(root, "README.md"), "utf8")).toContain(
      "Tells which of 3 labels pictures have",
    );
    const use = `import { classify, type Label } from "./colours/index.js";
export const labels: readonly Label[] = (await classify("a.jpg")).labels;
export const one: "blue" | "green" | "red" | undefined = labels[0];
`;
    await writeFile(join(folder, "use.mts"), use);
    const tsc = join(modules, "typescript", "bin", "tsc");
    const options = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck"];
    await execute(process.execPath, [tsc, ...options, "--types", "", "use.mts"], { cwd: folder });
    if (CHROMIUM === undefined) return;
    const site = join(folder, "site");
    await build({
      root,
      configFile: false,
      logLevel: "error",
      build: { outDir: site, rollupOptions: { input: join(root, "example", "index.html") } },
    });
    await using served = await serveSite(site);
    const browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(`${served.address}/example/index.html`);
    const state = page.locator("#state[data-difference], #state[data-error]");
    await state.waitFor({ timeout: 60_000 });
    expect(await state.getAttribute("data-error")).toBeNull();
    expect(Number(await state.getAttribute("data-difference"))).toBeLessThan(1e-4);
    const captions = await page.locator("figcaption").allTextContents();
    const labels = /^(none; likeliest:\n)?((blue|green|red) \d+\.\d %\n?)+$/;
    for (const caption of captions) expect(caption).toMatch(labels);
    await browser.close();
  }, 180_000);

  test("a folder for Transformers.js says that there may be several", async () => {
    expect((await run(folder, ["package", "run", "--transformers", "-o", "hub"])).code).toBe(0);
    const config = JSON.parse(await readFile(join(folder, "hub", "config.json"), "utf8"));
    expect(config.problem_type).toBe("multi_label_classification");
  });
});

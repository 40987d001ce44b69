// The examples, run as their first lines say.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderShirts } from "../../src/samples/index.ts";
import { QUICK, removeFolder, run, temporaryFolder, writeColourPictures } from "./command.ts";

const root = join(import.meta.dirname, "..", "..");
let folder: string;

async function example(name: string, ...words: string[]): Promise<string> {
  const args = ["--import", "tsx", join("examples", name), ...words];
  return (await promisify(execFile)(process.execPath, args, { cwd: root })).stdout;
}

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
});
afterAll(() => removeFolder(folder));

test("01 trains on a folder", async () => {
  const output = await example("01-train-on-a-folder.ts", join(folder, "photos"), "1", "32");
  expect(output).toMatch(/^epoch 0: loss \d+\.\d{4}, validation accuracy [01]\.\d{4}\n$/);
});

test("02 and 03: a network of one's own is trained, exported and classifies", async () => {
  const { code } = await run(folder, ["train", ...QUICK, "data.root=photos", "hydra.run.dir=run"]);
  expect(code).toBe(0);
  const picture = join(folder, "photos", "test", "green", "0.jpg");
  const output = await example("03-classify.ts", join(folder, "run", "model.onnx"), picture);
  expect(output).toContain(`${picture}: green `);
});

test("04 trains on pictures in memory", async () => {
  expect(await example("04-pictures-in-memory.ts", "1")).toMatch(
    /^epoch 0: validation accuracy [01]\.\d{3}\n$/,
  );
});

test("07 trains with several labels", async () => {
  const perSplit = { train: 64, val: 24, test: 1 };
  const { table } = await renderShirts({ root: join(folder, "shirts"), imageSize: 32, perSplit });
  const [epoch, ...labels] = (await example("07-several-labels.ts", table, "1", "32")).trimEnd().split("\n");
  expect(epoch).toMatch(/^epoch 0: loss \d+\.\d{4}, mean average precision [01]\.\d{4}$/);
  expect(labels).toHaveLength(23);
  for (const line of labels) expect(line).toMatch(/^ {2}\w+: average precision [01]\.\d{4}$/);
});

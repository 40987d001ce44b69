// evaluate and compare: models on labelled pictures; figures as test has them, counts that add up, pages that need no other file.
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { QUICK, removeFolder, run, TINY_NETWORK, temporaryFolder, writeColourPictures } from "./command.ts";

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"), { train: 8, val: 4, test: 10 });
  await writeColourPictures(join(folder, "few"), { train: 1, val: 1, test: 2 });
  for (const [name, epochs] of [
    ["good", 6],
    ["new", 1],
  ]) {
    const words = ["data.root=photos", `hydra.run.dir=${name}`, `trainer.max_epochs=${epochs}`];
    const more = name === "new" ? ["model.learning_rate=1e-6"] : [];
    expect((await run(folder, ["train", ...QUICK, ...words, ...more])).code).toBe(0);
  }
}, 120_000);
afterAll(() => removeFolder(folder));

test("evaluate says of an exported model what test says of its run, also where it came alone", async () => {
  const tested = JSON.parse((await run(folder, ["test", "--import", TINY_NETWORK, "new", "--json"])).stdout);
  const evaluate = async (...words: string[]) => {
    const { code, stdout } = await run(folder, ["evaluate", "--import", TINY_NETWORK, ...words, "--json"]);
    expect(code).toBe(0);
    return JSON.parse(stdout);
  };
  const ofRun = await evaluate("new");
  expect(ofRun).toMatchObject({ part: "test", pictures: 30 });
  expect(ofRun.metrics.cross_entropy).toBeGreaterThan(0);
  const { "test/loss": _, ...metrics } = tested;
  for (const [name, value] of Object.entries(metrics))
    expect(ofRun.metrics[name.replace("test/", "")]).toBeCloseTo(value as number, 4);
  expect(ofRun.accuracy.value).toBeCloseTo(ofRun.metrics.acc_top1, 12);
  const page = await readFile(join(folder, "evaluation.html"), "utf8");
  expect(page.match(/data:image\/jpeg/g)).toHaveLength(30);
  const alone = await evaluate("new/model.onnx", "data.root=photos");
  expect(alone.metrics.acc_top1).toBe(ofRun.metrics.acc_top1);
  expect(alone.classes).toHaveLength(3);
  const few = await evaluate("new", "data.root=few");
  expect(few).toMatchObject({ part: "test", pictures: 6 });
  const missing = await run(folder, ["evaluate", "nowhere"]);
  expect(missing).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("nowhere: there is no such model"),
  });
}, 120_000);

const compare = (words: readonly string[]) => run(folder, ["compare", "--import", TINY_NETWORK, ...words]);

test("runs and exported models are compared on the run's test pictures or on data that is given", async () => {
  const told = await compare(["good", "new", "--json"]);
  expect(told.code).toBe(0);
  const result = JSON.parse(told.stdout);
  const { bothRight, onlyFirst, onlySecond, bothWrong, differing } = result;
  expect(result).toMatchObject({ pictures: 30, part: "test" });
  expect(bothRight + onlyFirst + onlySecond + bothWrong).toBe(30);
  expect(bothRight + onlyFirst).toBe(30);
  expect(onlyFirst).toBeGreaterThan(5);
  expect(result.test.p).toBeCloseTo(onlyFirst < 25 ? 2 * 0.5 ** onlyFirst : result.test.p, 12);
  expect(differing).toHaveLength(onlyFirst);
  const page = await readFile(join(folder, "comparison.html"), "utf8");
  expect(page).toContain("default-src 'none'");
  expect(page.match(/data:image\/jpeg/g)).toHaveLength(onlyFirst);
  const models = ["good.onnx", "new.onnx"];
  for (const name of ["good", "new"])
    await copyFile(join(folder, name, "model.onnx"), join(folder, `${name}.onnx`));
  const swapped = await compare([...models.toReversed(), "data.root=photos", "--json"]);
  expect(JSON.parse(swapped.stdout)).toMatchObject({ onlyFirst: 0, onlySecond: onlyFirst });
  expect((await compare([...models])).stderr).toContain("[NO_DATA]");
  const same = await compare(["good", "good"]);
  expect(same.stderr).toContain("the difference may be chance (McNemar's test, exact: p = 1.0000)");
}, 120_000);

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RunLock } from "../run/lock/run-lock.ts";
import { compareRuns, listRuns, overridesOf, plotRuns, readRun, resultsOf } from "./runs.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "runs-"));
});
afterEach(() => rm(root, { recursive: true }));

async function writeRun(name: string, rate: number, accuracies: readonly number[]): Promise<string> {
  const folder = join(root, name);
  await mkdir(join(folder, ".hydra"), { recursive: true });
  await writeFile(
    join(folder, ".hydra", "config.yaml"),
    `seed: 1\nmodel:\n  learning_rate: ${rate}\n  layers: []\n`,
  );
  await writeFile(join(folder, ".hydra", "overrides.yaml"), `- model.learning_rate=${rate}\n`);
  const rows = accuracies.map((accuracy, epoch) => `${epoch},${epoch + 1},${accuracy}`);
  await writeFile(join(folder, "metrics.csv"), `epoch,step,val/acc_top1\n${rows.join("\n")}\n`);
  if (accuracies.length > 1) {
    const summary = {
      status: "completed",
      epochs: accuracies.length,
      best: { epoch: 1, score: accuracies[1] },
      metrics: { "val/acc_top1": accuracies.at(-1), "val/acc_class_cat": 0.5, "test/loss": null },
      images_per_second: 10,
      wall_seconds: 5,
      runtime: "reference",
    };
    await writeFile(join(folder, "summary.json"), JSON.stringify(summary));
  }
  return folder;
}

test("lists the runs below a folder, also those that did not end", async () => {
  await writeRun("2026-01-02/b", 0.1, [0.5]);
  await writeRun("2026-01-01/a", 0.2, [0.5, 0.75]);
  const runs = await listRuns(root);
  expect(runs.map(({ folder, status, epochs }) => [folder.path, status, epochs])).toEqual([
    [join(root, "2026-01-01/a"), "completed", 2],
    [join(root, "2026-01-02/b"), "killed", 1],
  ]);
  expect(resultsOf(runs[1]!)).toEqual(
    new Map([
      ["status", "killed"],
      ["epochs", "1"],
      ["val/acc_top1", "0.5"],
    ]),
  );
  await using _lock = await RunLock.take(join(root, "2026-01-02/b"));
  expect((await readRun(join(root, "2026-01-02/b"))).status).toBe("running");
  await expect(listRuns(join(root, "none"))).rejects.toMatchObject({ code: "NO_RUN", kind: "usage" });
  await expect(readRun(root)).rejects.toMatchObject({ code: "NOT_A_RUN" });
});

test("says in which settings and results runs differ, and in no others", async () => {
  const runs = await Promise.all([
    readRun(await writeRun("a", 0.1, [0.5, 0.75])),
    readRun(await writeRun("b", 0.2, [0.5, 0.8])),
  ]);
  expect(await compareRuns(runs)).toEqual({
    settings: [{ key: "model.learning_rate", values: ["0.1", "0.2"] }],
    results: [{ key: "val/acc_top1", values: ["0.75", "0.8"] }],
  });
  expect(await overridesOf(runs[0]!)).toEqual(["model.learning_rate=0.1"]);
});

test("plots a metric of several runs; an unknown one names those that there are", async () => {
  const runs = [
    await readRun(await writeRun("a", 0.1, [0.5, 0.75])),
    await readRun(await writeRun("b", 0.2, [0.4])),
  ];
  const output = join(root, "plots", "runs.svg");
  await plotRuns(runs, "val/acc_top1", output);
  const svg = await readFile(output, "utf8");
  for (const { name } of runs) expect(svg).toContain(name);
  await expect(plotRuns(runs, "val/loss", output)).rejects.toMatchObject({
    code: "METRIC_UNKNOWN",
    hint: "there are val/acc_top1",
  });
  await expect(plotRuns(runs, "val/acc_top1", join(root, "runs.gif"))).rejects.toMatchObject({
    code: "PICTURE_FORMAT",
  });
});

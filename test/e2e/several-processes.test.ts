// mpirun: the processes of a training make one run, that stops, goes on and fails as one.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mpiEnvironment, noMpirun } from "../collective/mpirun.ts";
import {
  type CommandResult,
  QUICK,
  removeFolder,
  run,
  signalled,
  start,
  temporaryFolder,
  writeColourPictures,
} from "./command.ts";

let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
});
afterAll(() => removeFolder(folder));

const SETTINGS = ["train", ...QUICK, "trainer.max_epochs=3", "data.root=photos", "trainer.threads=1"];

function runTogether(processes: number, words: readonly string[]): Promise<CommandResult> {
  return start(folder, words, mpiEnvironment, ["mpirun", "-n", String(processes)]).ended;
}

async function summaryOf(
  name: string,
): Promise<{ status: string; steps: number; metrics: Record<string, number> }> {
  return JSON.parse(await readFile(join(folder, name, "summary.json"), "utf8"));
}

describe("what each of several processes would do by itself", () => {
  // What a launcher says is enough: they are told before they look for each other.
  const launched = { OMPI_COMM_WORLD_SIZE: "2", OMPI_COMM_WORLD_RANK: "0" };
  test.each([
    ["the sweep", ["train", "-m", ...QUICK, "data.root=photos", "seed=1,2"]],
    ["the search", ["search", ...QUICK, "data.root=photos", "seed=1,2"]],
    ["what a worker of the study does", ["search", "join", "nowhere"]],
    ["the search for a batch size", ["tune", "batch-size", ...QUICK, "data.root=photos"]],
    ["the cross-validation", ["cross-validate", ...QUICK, "data.root=photos/train", "data.folds=2"]],
  ])("%s is refused in one line", async (what, words) => {
    const { code, stderr } = await start(folder, words, launched).ended;
    expect(stderr).toContain(`2 processes were started together, and each would do the whole of ${what}`);
    expect(stderr).toContain("[SEVERAL_PROCESSES]");
    expect(stderr).toContain("without mpirun or srun");
    expect(code).toBe(2);
  });
});

describe.skipIf(noMpirun !== undefined)("several processes", () => {
  test("stop together when one is asked to, and one goes on alone", async () => {
    const stopping = signalled("SIGUSR1", "step", 4, 1);
    const two = [...SETTINGS, "data.batch_size=4", "hydra.run.dir=two"];
    const cut = await runTogether(2, [...two, ...stopping]);
    expect(cut.stderr).toContain("SIGUSR1: finishing this step");
    expect(cut.code).toBe(143);
    expect(await readdir(join(folder, "two"))).toContain("checkpoints");
    // Five steps of eight pictures of the 24: the second of the second epoch.
    expect(await summaryOf("two")).toMatchObject({ status: "interrupted", steps: 5 });
    const alone = await run(folder, [...SETTINGS, "hydra.run.dir=two", "ckpt=last"]);
    expect(alone.stderr).toContain("processes: 1 instead of 2; an optimizer step keeps its 8 samples");
    expect(alone.code).toBe(0);
    expect(await summaryOf("two")).toMatchObject({ status: "completed", steps: 9 });
  });

  test("are one run with one report, in one folder", async () => {
    const result = await runTogether(2, [...SETTINGS, "data.batch_size=4", "callbacks=default"]);
    expect(result.stderr.match(/completed: /g)).toHaveLength(1);
    expect(result.stderr.match(/2 processes with 4 pictures each, batches of 8;/g)).toHaveLength(1);
    expect(result.code).toBe(0);
    const [day = ""] = await readdir(join(folder, "outputs"));
    const runs = await readdir(join(folder, "outputs", day));
    expect(runs).toHaveLength(1);
    const files = await readdir(join(folder, "outputs", day, runs[0]!));
    expect(files).toEqual(
      expect.arrayContaining(["report.html", "model.onnx", "predictions.csv", "metrics.csv"]),
    );
    const rows = await readFile(join(folder, "outputs", day, runs[0]!, "predictions.csv"), "utf8");
    // Each of the twelve validation pictures once, in order.
    expect(
      rows
        .trim()
        .split("\n")
        .slice(1)
        .map((row) => Number(row.split(",")[1])),
    ).toEqual([...Array(12).keys()]);
  });

  test("end when one is killed, and the run goes on from its checkpoint", async () => {
    const words = [...SETTINGS, "data.batch_size=4", "hydra.run.dir=killed"];
    const killed = await runTogether(2, [...words, ...signalled("SIGKILL", "step", 4, 1)]);
    expect(killed.stderr).toContain(`error: process 1 on ${hostname()} has ended`);
    expect(killed.code).not.toBe(0);
    const resumed = await runTogether(2, [...words, "ckpt=last"]);
    expect(resumed.code).toBe(0);
    expect(await summaryOf("killed")).toMatchObject({ status: "completed", steps: 9 });
  });

  test("end with the one that fails, and its error", async () => {
    await writeFile(join(folder, "photos", "train", "red", "7.jpg"), "no picture");
    const failed = await runTogether(2, [...SETTINGS, "data.batch_size=4", "hydra.run.dir=failed"]);
    expect(failed.stderr).toMatch(/process [01] on \S+ has failed: .*\[IMAGE_|error.*: .*7\.jpg/);
    expect(failed.code).toBe(3);
  });

  test("say so where one of them never joins", async () => {
    const limit = { CLASSIFIER_TRAINING_JOINING_SECONDS: "4" };
    const one = ["mpirun", "-n", "1", "sleep", "600", ":", "-n", "1"];
    const { code, stderr } = await start(folder, SETTINGS, { ...mpiEnvironment, ...limit }, one).ended;
    expect(stderr).toContain(`error: the process on ${hostname()} has waited 4 s for others`);
    expect(code).not.toBe(0);
  });
});

// Runs are followed by their files: what is appended, cut, begun, ended and killed.
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RunLock } from "../../app/run/lock/run-lock.ts";
import { TableThread } from "../tables/table-thread.ts";
import type { RunRow } from "./api.ts";
import { detailOf } from "./run-detail.ts";
import { insideOf } from "./run-files.ts";
import { RunFollower } from "./run-follower.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "classifier-training-runs-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const HEADER = "epoch,step,train/loss,val/acc_top1\n";

async function begin(name: string, metrics = HEADER): Promise<string> {
  const folder = join(root, name);
  await mkdir(join(folder, ".hydra"), { recursive: true });
  await writeFile(
    join(folder, ".hydra", "config.yaml"),
    "model:\n  architecture: resnet18\ntrainer:\n  max_epochs: 4\n",
  );
  await writeFile(join(folder, "metrics.csv"), metrics);
  return folder;
}

/** As the logger does: another file under the name. */
async function log(folder: string, text: string): Promise<void> {
  await writeFile(join(folder, "next"), text);
  await rename(join(folder, "next"), join(folder, "metrics.csv"));
}

test("a run goes on, is cut and ends; its history is told as far as it is new", async () => {
  const folder = await begin("a");
  const follower = new RunFollower(root);
  let lock: RunLock | undefined = await RunLock.take(folder);
  try {
    const [row] = await follower.rows();
    expect(row).toMatchObject({ status: "running", name: "a", model: "resnet18", maxEpochs: 4, epochs: 0 });
    expect(row!.canBeStopped).toBe(true);
    const { history } = await follower.run(row!.id);
    const first = `${HEADER}0,5,2.5,0.25\n`;
    await log(folder, first);
    await follower.look(false);
    expect((await follower.run(row!.id)).row).toMatchObject({
      epochs: 1,
      metrics: { "train/loss": 2.5, "val/acc_top1": 0.25 },
    });
    const { generation } = history;
    // A row that is torn is not there yet.
    await log(folder, `${first}1,10,nan,0.5\n2,15,1`);
    await follower.look(false);
    expect(history.generation).toBe(generation);
    expect(history.rows.map(({ epoch, metrics }) => [epoch, metrics["train/loss"]])).toEqual([
      [1, 2.5],
      [2, null],
    ]);
    // One that resumes cuts what is behind its checkpoint.
    await log(folder, `${HEADER}0,5,2.5,0.25\n1,10,1.5,0.75\n`);
    await follower.look(false);
    expect(history.generation).not.toBe(generation);
    expect(history.rows.at(-1)!.metrics).toEqual({ "train/loss": 1.5, "val/acc_top1": 0.75 });
    await writeFile(
      join(folder, "progress.json"),
      JSON.stringify({
        phase: "training",
        epoch: 2,
        max_epochs: 4,
        batch: 3,
        batches: 6,
        seconds_left: 9,
        loss: 1,
        loss_curve: [[2.5, 1]],
      }),
    );
    await follower.look(false);
    const going = await follower.run(row!.id);
    expect(going.row!.progress).toMatchObject({ share: 0.625, secondsLeft: 9 });
    expect(going.lossCurve).toEqual([[2.5, 1]]);
    await writeFile(
      join(folder, "summary.json"),
      JSON.stringify({
        status: "completed",
        epochs: 4,
        metrics: { "test/acc_top1": 0.5 },
        images_per_second: 9,
      }),
    );
    await lock[Symbol.asyncDispose]();
    lock = undefined;
    await follower.look(true);
    expect((await follower.run(row!.id)).row).toMatchObject({
      ...{ status: "completed", canBeStopped: false, progress: null, imagesPerSecond: 9 },
    });
    expect(going.lossCurve).toEqual([]);
  } finally {
    await lock?.[Symbol.asyncDispose]();
  }
});

test("runs that come, are killed and go are told to whoever follows", async () => {
  const follower = new RunFollower(root, 5);
  const told: RunRow["status"][] = [];
  const gone: string[] = [];
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  using _following = follower.follow((change) => {
    told.push(...change.runs.map(({ status }) => status));
    gone.push(...change.gone);
  });
  const folder = await begin("day/b", `${HEADER}0,5,2,0.5\n`);
  const lock = await RunLock.take(folder);
  await until(() => told.includes("running"));
  await lock[Symbol.asyncDispose]();
  await until(() => told.includes("killed"));
  await rm(folder, { recursive: true });
  await until(() => gone.length === 1);
  expect(await follower.rows()).toEqual([]);
});

test("a run that is only being written, or holds nonsense, is no error", async () => {
  const folder = await begin("c", '"torn');
  await writeFile(join(folder, "summary.json"), "{");
  await writeFile(join(folder, ".hydra", "config.yaml"), ": [");
  const follower = new RunFollower(root);
  expect(await follower.rows()).toMatchObject([{ name: "c" }]);
});

test("links that lead out of a run are not followed", async () => {
  const folder = await begin("d");
  await writeFile(join(root, "secret.csv"), "name\nsecret\n");
  await symlink(join(root, "secret.csv"), join(folder, "predictions.csv"));
  await symlink(join(root, "secret.csv"), join(folder, "report.html"));
  await symlink(folder, join(root, "link"));
  await expect(insideOf(folder, "report.html")).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(insideOf(folder, "../secret.csv")).rejects.toMatchObject({ code: "NOT_FOUND" });
  const follower = new RunFollower(root);
  const rows = await follower.rows();
  expect(rows.map(({ name }) => name)).toEqual(["d"]);
  await using tables = new TableThread(undefined);
  const detail = await detailOf(await follower.run(rows[0]!.id), tables);
  expect(JSON.stringify(detail)).not.toContain("secret");
});

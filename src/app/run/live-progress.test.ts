// What a training tells of itself while it goes on, and that nothing of it stays.
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { EventOf } from "../../train/index.ts";
import { LiveProgress } from "./live-progress.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "live-progress-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const batch = (batchIndex: number): EventOf<"trainBatchEnd"> =>
  ({ type: "trainBatchEnd", epoch: 2, batchIndex, samples: 8, loss: 0.5 }) as EventOf<"trainBatchEnd">;

test("says where the training is, and is gone behind it", async () => {
  const path = join(folder, "progress.json");
  await using progress = new LiveProgress(path, 5);
  progress.follow({ type: "trainEpochStart", epoch: 2, batchCount: 10, startBatch: 0 });
  progress.follow(batch(0));
  await vi.waitFor(() => expect(existsSync(path)).toBe(true));
  expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({
    ...{
      phase: "training",
      epoch: 2,
      max_epochs: 5,
      batch: 1,
      batches: 10,
      loss: 0.5,
      loss_curve: [[2.1, 0.5]],
    },
  });
  // The next batch comes too soon to be written.
  progress.follow(batch(1));
  expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ batch: 1 });
  await progress[Symbol.asyncDispose]();
  expect(await readdir(folder)).toEqual([]);
});

test("a training without an end has JSON too, and a folder that is away is no error", async () => {
  const path = join(folder, "progress.json");
  await using endless = new LiveProgress(path, Number.POSITIVE_INFINITY);
  endless.follow(batch(0));
  await vi.waitFor(() => expect(existsSync(path)).toBe(true));
  expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ max_epochs: null, seconds_left: null });
  await using away = new LiveProgress(join(folder, "gone", "progress.json"), 1);
  away.follow(batch(0));
});

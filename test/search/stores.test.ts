// The stores of studies, SQLite and PostgreSQL alike: each trial to one worker, those of the dead taken back, nothing lost.
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { StudyDefinition } from "../../src/search/index.ts";
import { mountKind, networkFileSystem } from "../../src/search/stores/network-file-system.ts";
import { type ClaimRequest, StudyStore } from "../../src/search/stores/study-store.ts";
import { hasEnded, workerName } from "../../src/search/stores/worker-identity.ts";
import { studyDatabases } from "./databases.ts";
import { runWithKills } from "./workers.ts";

const DEFINITION: StudyDefinition = {
  space: [{ kind: "choice", name: "x", choices: ["a", "b"], condition: { parameter: "y", values: ["1"] } }],
  objectives: [{ metric: "val/loss", direction: "minimize" }],
  job: { overrides: ["data.root=photos"] },
};

const request = (worker: string, more: Partial<ClaimRequest> = {}): ClaimRequest => ({
  worker,
  sample: (number) => ({ x: number / 100 }),
  silence: 60_000,
  maxRetries: 2,
  ...more,
});

/** Why nothing can be mounted here. */
const noBindfs = ((): string | undefined => {
  if (process.getuid?.() !== 0) return "only root may mount";
  try {
    execFileSync("bindfs", ["--version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "no bindfs here: apt-get install bindfs";
  }
})();
if (noBindfs !== undefined) process.stderr.write(`skipped: a mounted file system: ${noBindfs}\n`);

const { folder, databases } = studyDatabases();
const WORKERS = 4;

describe.each(databases)("$kind", ({ kind, storage, skipped }) => {
  test.skipIf(skipped)("a trial goes from claim over reports to its end", async () => {
    await using store = await StudyStore.open(storage());
    await store.create("whole", DEFINITION, 2);
    await store.create("whole", { ...DEFINITION, job: "another" }, 9);
    expect(await store.study("whole")).toMatchObject({ name: "whole", wanted: 2, definition: DEFINITION });
    expect(await store.claim("whole", request("a"))).toEqual({
      kind: "trial",
      number: 0,
      point: { x: 0 },
      resumed: false,
    });
    expect(await store.claim("whole", request("b"))).toMatchObject({ number: 1, point: { x: 0.01 } });
    expect(await store.claim("whole", request("c"))).toEqual({ kind: "wait" });
    await store.report("whole", 0, 2, Number.NaN);
    await store.report("whole", 0, 1, 0.5);
    await store.report("whole", 0, 1, 0.25);
    expect(await store.heartbeat("whole", 0, "a")).toBe(true);
    expect(await store.finish("whole", 0, "b", { state: "completed", values: [9] })).toBe(false);
    expect(await store.finish("whole", 0, "a", { state: "completed", values: [0.25, Number.NaN] })).toBe(
      true,
    );
    expect(await store.finish("whole", 0, "a", { state: "failed" })).toBe(false);
    expect(await store.finish("whole", 1, "b", { state: "pruned", reason: "below the median" })).toBe(true);
    expect(await store.claim("whole", request("c"))).toEqual({ kind: "done" });
    await store.setWanted("whole", 3);
    expect(await store.claim("whole", request("c"))).toMatchObject({ number: 2 });
    const trials = await store.trials("whole");
    expect(trials).toMatchObject([
      {
        number: 0,
        state: "completed",
        values: [0.25, Number.NaN],
        reports: [
          [1, 0.25],
          [2, Number.NaN],
        ],
        worker: "a",
      },
      { number: 1, state: "pruned", values: undefined, reason: "below the median" },
      { number: 2, state: "running" },
    ]);
    expect(Math.abs(trials[0]!.started - Date.now())).toBeLessThan(60_000);
    await using other = await StudyStore.open(storage());
    expect(await other.trials("whole")).toEqual(await store.trials("whole"));
    await expect(other.study("hole")).rejects.toMatchObject({
      code: "STUDY_UNKNOWN",
      hint: expect.stringContaining("whole"),
    });
  });

  test.skipIf(skipped)(
    "what was given back or left by the dead goes on, and fails when that happens too often",
    async () => {
      await using store = await StudyStore.open(storage());
      await store.create("left", DEFINITION, 1);
      await store.claim("left", request("a"));
      await store.release("left", 0, "a");
      expect(await store.claim("left", request("b"))).toMatchObject({ number: 0, resumed: true });
      const dead = { isDead: (worker: string) => worker !== "new" };
      expect(await store.claim("left", request("c", dead))).toMatchObject({ number: 0, resumed: true });
      expect(await store.heartbeat("left", 0, "b")).toBe(false);
      expect(await store.finish("left", 0, "b", { state: "completed", values: [1] })).toBe(false);
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(await store.claim("left", request("d"))).toEqual({ kind: "wait" });
      expect(await store.claim("left", request("d", { silence: 10 }))).toMatchObject({
        number: 0,
        resumed: true,
      });
      expect(await store.claim("left", request("e", dead))).toEqual({ kind: "done" });
      expect(await store.trials("left")).toMatchObject([
        { state: "failed", deaths: 3, reason: "its workers died 3 times" },
      ]);
    },
  );

  test.skipIf(skipped)(
    "processes that are killed at random lose no trial and finish none twice",
    async () => {
      const figures = await runWithKills({
        storage: storage(),
        workers: WORKERS,
        trials: 40,
        killEvery: 200,
        mostKills: 6,
        objective: 50,
      });
      expect(figures.finished).toEqual(Array.from({ length: 40 }, (_, i) => i));
      expect(figures.endedTwice).toEqual([]);
      expect(figures.kills).toBeGreaterThan(0);
      process.stderr.write(`${kind}: ${figures.kills} kills in ${figures.seconds.toFixed(1)} s\n`);
    },
    120_000,
  );
});

test("a process of this machine that has ended is known to be dead, this one and others are not", async () => {
  const child = spawn(process.execPath, ["-e", "0"]);
  const name = workerName().replace(`/${process.pid}/`, `/${child.pid}/`);
  await new Promise((resolve) => child.once("exit", resolve));
  expect(hasEnded(name)).toBe(true);
  expect(hasEnded(workerName())).toBe(false);
  expect(hasEnded(`elsewhere/${name.split("/").slice(1).join("/")}`)).toBe(false);
});

test("of programs as file systems only those with a disk behind them are of this machine", async () => {
  const mounts = [
    "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
    "43 27 0:39 / /mnt/two\\040words rw,nosuid shared:7 master:1 - fuse.sshfs me@host:/ rw,user_id=0",
    "44 27 8:1 / /mnt/disk rw,relatime - fuseblk /dev/sda1 rw,user_id=0",
  ].join("\n");
  expect(mountKind(mounts, "/mnt/two words/study")).toBe("fuse.sshfs");
  expect(mountKind(mounts, "/mnt/disk")).toBe("fuseblk");
  expect(mountKind(mounts, "/mnt/disks")).toBe("ext4");
  if (process.platform === "linux")
    expect(await networkFileSystem("/", async () => 0x65735546)).toBe(
      mountKind(await readFile("/proc/self/mountinfo", "utf8"), "/"),
    );
});

test.skipIf(noBindfs !== undefined)("SQLite on a file system that a program serves is refused", async () => {
  const [real, served] = [join(folder, "real"), join(folder, "served")];
  for (const each of [real, served]) await mkdir(each);
  await promisify(execFile)("bindfs", [real, served]);
  try {
    await expect(StudyStore.open(join(served, "deeper", "study.db"))).rejects.toMatchObject({
      code: "STORE_NETWORK_FILE_SYSTEM",
      message: expect.stringContaining("(fuse"),
    });
  } finally {
    await promisify(execFile)("umount", [served]);
  }
});

test("SQLite on a network file system is refused, a newer schema and an unreachable server are told", async () => {
  if (process.platform === "linux") {
    expect(await networkFileSystem("/", async () => 0x6969)).toBe("NFS");
    expect(await networkFileSystem("/", async () => -11317950)).toBe("CIFS");
  }
  expect(await networkFileSystem("/", async () => 0xef53)).toBeUndefined();
  const path = join(folder, "newer.db");
  {
    await using _store = await StudyStore.open(path);
    const { default: Database } = await import("better-sqlite3");
    const database = new Database(path);
    database.exec("insert into search_schema values (99)");
    database.close();
  }
  await expect(StudyStore.open(path)).rejects.toMatchObject({ code: "STORE_NEWER" });
  await expect(StudyStore.open("postgres://nobody:secret@127.0.0.1:1/none")).rejects.toMatchObject({
    code: "STORE_UNREACHABLE",
    where: expect.not.stringContaining("secret"),
  });
});

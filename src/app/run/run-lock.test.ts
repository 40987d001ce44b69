import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RunLock } from "./run-lock.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "classifier-training-lock-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a folder has one run at a time, by whatever path, and none behind it", async () => {
  const run = join(folder, "run");
  await mkdir(run);
  await mkdir(join(folder, "other"));
  {
    await using _lock = await RunLock.take(run);
    const locked = {
      kind: "usage",
      code: "RUN_LOCKED",
      message: expect.stringContaining(String(process.pid)),
    };
    await expect(RunLock.take(run)).rejects.toMatchObject(locked);
    await symlink(run, join(folder, "link"));
    await expect(RunLock.take(join(folder, "link"))).rejects.toMatchObject(locked);
    await using _other = await RunLock.take(join(folder, "other"));
  }
  expect(await readdir(run)).toEqual([]);
  await using _again = await RunLock.take(run);
});

test("a process that is killed leaves no lock", async () => {
  const module = new URL("./run-lock.ts", import.meta.url).href;
  const script = `import { RunLock } from ${JSON.stringify(module)};
    await RunLock.take(${JSON.stringify(folder)});
    console.log("locked");
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  try {
    await once(child.stdout, "data");
    await expect(RunLock.take(folder)).rejects.toMatchObject({
      message: `process ${child.pid} is training in this folder`,
    });
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
  {
    await using _lock = await RunLock.take(folder);
  }
  expect(await readdir(folder)).toEqual([]);
});

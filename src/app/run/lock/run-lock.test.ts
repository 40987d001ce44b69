import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { realpathSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { createServer } from "node:net";
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
    expect(await RunLock.process(folder)).toBe(child.pid);
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
  expect(await RunLock.process(folder)).toBeUndefined();
  {
    await using _lock = await RunLock.take(folder);
  }
  expect(await readdir(folder)).toEqual([]);
});

test.runIf(process.platform === "linux")("who claims to be another process is not believed", async () => {
  const name = createHash("sha256").update(realpathSync(folder)).digest("hex").slice(0, 32);
  const impostor = createServer((socket) => void socket.end(String(process.ppid)));
  impostor.listen(`\0classifier-training-${name}`);
  await once(impostor, "listening");
  try {
    expect(await RunLock.isTaken(folder)).toBe(true);
    expect(await RunLock.process(folder)).toBeUndefined();
  } finally {
    impostor.close();
  }
});

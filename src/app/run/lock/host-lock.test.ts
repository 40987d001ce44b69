// A lock of another host holds as long as it is touched, and no longer.
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HostLock } from "./host-lock.ts";

const TIMES = { beat: 50, silence: 400 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "classifier-training-lock-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ofOther = (): Promise<void> =>
  writeFile(join(folder, ".lock"), JSON.stringify({ host: "elsewhere", pid: 7, token: "t" }));

test("a lock is a file that says whose it is, and goes with it", async () => {
  const lock = await HostLock.take(folder, TIMES);
  expect(lock).toBeInstanceOf(HostLock);
  expect(JSON.parse(await readFile(join(folder, ".lock"), "utf8"))).toMatchObject({
    host: hostname(),
    pid: process.pid,
  });
  (lock as HostLock)[Symbol.dispose]();
  expect(await readdir(folder)).toEqual([]);
});

test("that of a host that lives is not taken", async () => {
  await ofOther();
  const touching = setInterval(() => void utimes(join(folder, ".lock"), new Date(), new Date()), TIMES.beat);
  expect(await HostLock.take(folder, TIMES)).toEqual({ host: "elsewhere", pid: 7 });
  expect(HostLock.holderElsewhere(folder, TIMES)).toEqual({ host: "elsewhere", pid: 7 });
  clearInterval(touching);
});

test("that of a host that is gone is taken by one of those that want it", async () => {
  await ofOther();
  const [first, second] = await Promise.all([HostLock.take(folder, TIMES), HostLock.take(folder, TIMES)]);
  // Within a host sockets decide: here the later one takes it from the earlier.
  expect([first, second].every((lock) => lock instanceof HostLock)).toBe(true);
  for (const lock of [first, second]) (lock as HostLock)[Symbol.dispose]();
  expect(await readdir(folder)).toEqual([]);
});

test("that of this host, or what is no lock, was left behind", async () => {
  await writeFile(join(folder, ".lock"), JSON.stringify({ host: hostname(), pid: 1, token: "t" }));
  ((await HostLock.take(folder, TIMES)) as HostLock)[Symbol.dispose]();
  await writeFile(join(folder, ".lock"), "");
  ((await HostLock.take(folder, TIMES)) as HostLock)[Symbol.dispose]();
  expect(await readdir(folder)).toEqual([]);
});

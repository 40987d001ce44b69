import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failingAt } from "../../test/train/failing-operations.ts";
import { ClassifierTrainingError } from "../core/index.ts";
import { FILE_OPERATIONS, removeUnfinished, writeDurably, writeFailed } from "./durable-file.ts";

let folder: string;
let path: string;
let previous: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "classifier-training-durable-"));
  path = join(folder, "state.bin");
  previous = join(folder, "state.previous.bin");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const NEW = [bytes("new "), bytes("content")];
const read = (file: string): Promise<string> => readFile(file, "utf8").catch(() => "(none)");

test("writes all chunks, over what was there, and keeps it where asked", async () => {
  await writeDurably(path, [bytes("old")]);
  await writeDurably(path, NEW, { previous });
  expect(await read(path)).toBe("new content");
  expect(await read(previous)).toBe("old");
  expect(await readdir(folder)).toHaveLength(2);
});

test("a disk that takes a few bytes at a time gets them all", async () => {
  const { operations, asked } = failingAt(Number.POSITIVE_INFINITY, "");
  await writeDurably(path, NEW, { operations });
  expect(asked.filter((name) => name === "write").length).toBeGreaterThan(2);
  expect(await read(path)).toBe("new content");
});

/** The operations of one undisturbed write, so that each can be made to fail. */
async function operationsOfAWrite(options: { previous?: string }): Promise<string[]> {
  const { operations, asked } = failingAt(Number.POSITIVE_INFINITY, "");
  await writeFile(path, "old");
  await writeDurably(path, NEW, { ...options, operations });
  await Promise.all((await readdir(folder)).map((name) => rm(join(folder, name))));
  return [...asked];
}

describe.each([{ keepPrevious: false }, { keepPrevious: true }])("$keepPrevious", ({ keepPrevious }) => {
  test.each(["ENOSPC", "EIO", "EACCES"])("%s at any operation: a loud error, nothing lost", async (code) => {
    const options = keepPrevious ? { previous } : {};
    const all = await operationsOfAWrite(options);
    expect(all).toContain("sync");
    for (const [k, name] of all.entries()) {
      const label = `operation ${k}: ${name}`;
      await writeFile(path, "old");
      await rm(previous, { force: true });
      const { operations } = failingAt(k, code);
      const error: unknown = await writeDurably(path, NEW, { ...options, operations }).catch(
        (thrown) => thrown,
      );
      expect(error, label).toBeInstanceOf(ClassifierTrainingError);
      expect(error, label).toMatchObject({ kind: "storage", code: "WRITE_FAILED", where: path });
      expect((error as Error).message, label).toContain(code);
      const renamed = k > all.lastIndexOf("rename");
      expect(await read(path), label).toBe(renamed ? "new content" : "old");
      expect(
        (await readdir(folder)).filter((file) => file.endsWith(".tmp")),
        label,
      ).toEqual([]);
    }
  });

  test("killed at any operation: the old or the new content is whole", async () => {
    const options = keepPrevious ? { previous } : {};
    for (const [k, name] of (await operationsOfAWrite(options)).entries()) {
      await writeFile(path, "old");
      await rm(previous, { force: true });
      const { operations } = failingAt(k, "EIO", true);
      await writeDurably(path, NEW, { ...options, operations }).catch(() => undefined);
      const found = await read(path);
      const content = found === "(none)" ? await read(previous) : found;
      expect(["old", "new content"], `operation ${k}: ${name}`).toContain(content);
    }
  });
});

test("what the disk has no room for is not begun", async () => {
  await writeFile(path, "old");
  const operations = { ...FILE_OPERATIONS, freeBytes: async () => 10 };
  const write = writeDurably(path, NEW, { byteLength: 11, operations });
  await expect(write).rejects.toMatchObject({
    code: "WRITE_FAILED",
    hint: expect.stringContaining("free some space"),
  });
  expect(await readdir(folder)).toEqual(["state.bin"]);
  await writeDurably(path, NEW, { byteLength: 10, operations });
  expect(await read(path)).toBe("new content");
});

test("a file system that does not tell its free space is tried", async () => {
  const freeBytes = (): Promise<number> => Promise.reject(new Error("ENOSYS"));
  await writeDurably(path, NEW, { byteLength: 11, operations: { ...FILE_OPERATIONS, freeBytes } });
  expect(await read(path)).toBe("new content");
});

test.skipIf(process.platform === "win32")("a device is written to and stays one", async () => {
  await writeDurably("/dev/null", NEW);
  expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
});

test("a folder that is not there is named with what to do", async () => {
  const write = writeDurably(join(folder, "gone", "x"), NEW);
  await expect(write).rejects.toMatchObject({ code: "WRITE_FAILED", hint: expect.stringMatching(/folder/) });
});

test("an error of the toolkit stays itself", () => {
  const error = new ClassifierTrainingError("data", "X", "y");
  expect(writeFailed("path", error)).toBe(error);
});

test("what killed processes had begun is removed, what others are writing or own is not", async () => {
  const { pid: dead } = spawnSync(process.execPath, ["--version"]);
  await mkdir(join(folder, "checkpoints", "deeper"), { recursive: true });
  const gone = [`.state.bin.${dead}.tmp`, `.a.json.${process.pid}.tmp`, `checkpoints/.last.${dead}.tmp`];
  const kept = [
    `.state.bin.${process.ppid}.tmp`,
    "notes.tmp",
    `.${dead}.tmp`,
    `state.${dead}.tmp`,
    `checkpoints/deeper/.a.${dead}.tmp`,
  ];
  for (const name of [...gone, ...kept]) await writeFile(join(folder, name), "");
  expect(await removeUnfinished(folder)).toBe(gone.length);
  const left = await readdir(folder, { recursive: true });
  expect(left.filter((name) => name.endsWith("tmp")).sort()).toEqual([...kept].sort());
  expect(await removeUnfinished(folder)).toBe(0);
});

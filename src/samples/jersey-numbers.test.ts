// The sample set on disk: whole or absent, the same each time, and never at the cost of other files.
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type JerseyNumbersOptions, renderJerseyNumbers } from "./jersey-numbers.ts";

vi.mock("node:fs/promises", async (load) => {
  const real = await load<typeof import("node:fs/promises")>();
  return { ...real, writeFile: vi.fn(real.writeFile) };
});
const { writeFile: writeReally } =
  await vi.importActual<typeof import("node:fs/promises")>("node:fs/promises");

let parent = "";
let root = "";
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "jersey-numbers-"));
  root = join(parent, "sample");
});
afterEach(async () => {
  vi.mocked(writeFile).mockImplementation(writeReally);
  await rm(parent, { recursive: true, force: true });
});

const small = { imageSize: 32, classes: ["7", "23"], perClass: { train: 3, val: 1, test: 2 } };
const render = (options: Partial<JerseyNumbersOptions> = {}): ReturnType<typeof renderJerseyNumbers> =>
  renderJerseyNumbers({ root, ...small, ...options });
const files = async (): Promise<string[]> =>
  (await readdir(root, { recursive: true })).filter((name) => name.endsWith(".jpg")).sort();
const contents = async (): Promise<string[]> =>
  Promise.all((await files()).map((name) => readFile(join(root, name), "base64")));

describe("rendering", () => {
  test("writes splits, classes and pictures of the size asked for, and reports progress", async () => {
    const progress: [number, number][] = [];
    const set = await render({ onProgress: (done, total) => progress.push([done, total]) });
    expect(set).toEqual({ root, pictures: 12, reused: false });
    expect(await files()).toEqual(
      [
        "test/23/0000",
        "test/23/0001",
        "test/7/0000",
        "test/7/0001",
        "train/23/0000",
        "train/23/0001",
        "train/23/0002",
      ]
        .concat(["train/7/0000", "train/7/0001", "train/7/0002", "val/23/0000", "val/7/0000"])
        .map((name) => `${name}.jpg`),
    );
    expect(progress.at(-1)).toEqual([12, 12]);
    expect(progress).toHaveLength(12);
    const picture = await sharp(join(root, "val/23/0000.jpg")).metadata();
    expect(picture).toMatchObject({ format: "jpeg", width: 32, height: 32, channels: 3 });
    expect(await readdir(parent)).toEqual(["sample"]);
  });

  test("gives the same bytes again, and the same pictures when more are asked for", async () => {
    await render();
    const first = await contents();
    expect(new Set(first).size).toBe(first.length);
    const picture = await readFile(join(root, "train/7/0001.jpg"), "base64");
    await rm(root, { recursive: true });
    await render();
    expect(await contents()).toEqual(first);
    await render({ perClass: { train: 5, val: 1, test: 2 } });
    expect(await files()).toHaveLength(16);
    expect(await readFile(join(root, "train/7/0001.jpg"), "base64")).toBe(picture);
    await render({ seed: 7 });
    expect(await readFile(join(root, "train/7/0001.jpg"), "base64")).not.toBe(picture);
  });
});

describe("a set that is there already", () => {
  test("is used again when it is complete and of the same make", async () => {
    await render();
    const before = (await stat(join(root, "train/7/0000.jpg"))).mtimeMs;
    expect((await render()).reused).toBe(true);
    expect((await stat(join(root, "train/7/0000.jpg"))).mtimeMs).toBe(before);
  });

  test.each([
    ["lacks a picture", () => rm(join(root, "val/7/0000.jpg"))],
    ["has a truncated picture", () => truncate(join(root, "val/7/0000.jpg"), 100)],
  ])("is made anew when it %s", async (_, damage) => {
    await render();
    const whole = await contents();
    await damage();
    expect((await render()).reused).toBe(false);
    expect(await contents()).toEqual(whole);
    expect(await readdir(parent)).toEqual(["sample"]);
  });

  test("is not replaced when somebody put a file of their own into it", async () => {
    await render();
    await writeFile(join(root, "train/7/mine.jpg"), "mine");
    await expect(render({ seed: 1 })).rejects.toMatchObject({ code: "SAMPLES_FOLDER_TAKEN", kind: "data" });
    expect(await readFile(join(root, "train/7/mine.jpg"), "utf8")).toBe("mine");
  });

  test("a folder that is no sample set is left alone, and so is a file", async () => {
    await writeFile(join(parent, "notes.txt"), "notes");
    await expect(render({ root: parent })).rejects.toMatchObject({ code: "SAMPLES_FOLDER_TAKEN" });
    await expect(render({ root: join(parent, "notes.txt") })).rejects.toMatchObject({
      code: "SAMPLES_FOLDER_TAKEN",
    });
    expect(await readdir(parent)).toEqual(["notes.txt"]);
  });
});

describe("a failure", () => {
  test("on the way leaves neither a set nor a temporary folder", async () => {
    const stop = (done: number): void => {
      if (done === 5) throw new Error("stop");
    };
    await expect(render({ onProgress: stop })).rejects.toThrow("stop");
    expect(await readdir(parent)).toEqual([]);
  });

  test("on the way keeps the set that was there", async () => {
    await render();
    const before = await contents();
    const stop = (): void => {
      throw new Error("stop");
    };
    await expect(render({ seed: 1, onProgress: stop })).rejects.toThrow("stop");
    expect(await contents()).toEqual(before);
    expect(await readdir(parent)).toEqual(["sample"]);
  });

  test.each([1, 6, 13])("to write file %i is a storage error, and nothing is left", async (failing) => {
    let calls = 0;
    vi.mocked(writeFile).mockImplementation(async (...parameters) => {
      if (++calls === failing) {
        throw Object.assign(new Error("ENOSPC: no space left on device"), {
          code: "ENOSPC",
          syscall: "write",
        });
      }
      return writeReally(...parameters);
    });
    await expect(render()).rejects.toMatchObject({
      code: "SAMPLES_NOT_WRITTEN",
      kind: "storage",
      where: root,
    });
    expect(await readdir(parent)).toEqual([]);
  });
});

test.each([
  [{ classes: ["7"] }, "classes"],
  [{ classes: ["7", "7"] }, "classes"],
  [{ classes: ["7", "ten"] }, "classes"],
  [{ classes: ["7", "../8"] }, "classes"],
  [{ imageSize: 8 }, "imageSize"],
  [{ imageSize: 64.5 }, "imageSize"],
  [{ seed: -1 }, "seed"],
  [{ perClass: { train: 0, val: 1, test: 1 } }, "perClass.train"],
])("%j is refused before anything is written", async (options, where) => {
  await expect(render(options)).rejects.toMatchObject({ code: "SAMPLES_BAD_OPTION", kind: "usage", where });
  expect(await readdir(parent)).toEqual([]);
});

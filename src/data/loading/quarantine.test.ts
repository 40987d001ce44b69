import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ImageSource } from "../../image/image-source.ts";
import type { BadPicture } from "./pipeline.ts";
import { Quarantine } from "./quarantine.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quarantine-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

test.each([
  ["a dangling link", "none.png"],
  ["a link to itself", "itself.png"],
])("%s is on the list until its file exists", async (_, target) => {
  const path = join(folder, target === "itself.png" ? target : "dangling.png");
  await symlink(join(folder, target), path);
  const source: ImageSource = { kind: "file", path };
  const bad: BadPicture = {
    slot: 0,
    name: path,
    kind: "data",
    code: "PICTURE_UNREADABLE",
    message: "cannot be read: no such file",
    hint: undefined,
  };
  const file = join(folder, `${target}.jsonl`);
  new Quarantine(file).add(bad, source);
  expect(new Quarantine(file).find(source, path)).toEqual(bad);
  await rm(path);
  await writeFile(path, "");
  expect(new Quarantine(file).find(source, path)).toBeUndefined();
});

test("a picture in memory has no file to wait for and is not on the list", () => {
  const quarantine = new Quarantine(null);
  const source: ImageSource = { kind: "bytes", bytes: new Uint8Array(3) };
  const bad: BadPicture = { slot: 0, name: "x", kind: "data", code: "X", message: "x", hint: undefined };
  quarantine.add(bad, source);
  expect(quarantine.find(source, "x")).toBeUndefined();
});

// The platform of Node.js and that of a page offer the same.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as browser from "./browser.ts";
import * as node from "./index.ts";

const PLATFORMS: readonly (readonly [string, typeof node])[] = [
  ["node", node],
  // Compiles only where a page's platform has all of the other's functions with the same types.
  ["browser", browser],
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "classifier-training-platform-"));
  await writeFile(join(folder, "abc"), "abc");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("both have the same functions", () => {
  expect(Object.keys(browser).sort()).toEqual(Object.keys(node).sort());
});

test.each(PLATFORMS)("%s: hashes in pieces", async (_, { sha256 }) => {
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect(await sha256().update("a").update(Uint8Array.of(98, 99)).digest()).toBe(abc);
});

test.each(PLATFORMS)("%s: unpacks, up to a length", async (_, { inflateRaw }) => {
  const bytes = new Uint8Array(100_000).map((_, i) => i % 251);
  const packed = deflateRawSync(bytes);
  expect(Buffer.from(await inflateRaw(packed, bytes.length)).equals(Buffer.from(bytes))).toBe(true);
  await expect(inflateRaw(packed, bytes.length - 1)).rejects.toThrow();
  await expect(inflateRaw(packed.subarray(0, packed.length - 9), bytes.length)).rejects.toThrow();
});

test.each(PLATFORMS)("%s: lets other events have their turn", async (_, { nextTask }) => {
  let happened = false;
  setImmediate(() => {
    happened = true;
  });
  await nextTask();
  await nextTask();
  expect(happened).toBe(true);
});

test("Node.js: files as bytes, as text, in part, and what is not there", async () => {
  const path = join(folder, "abc");
  expect(Buffer.from(await node.readBytes(path)).toString()).toBe("abc");
  expect(await node.readText(path)).toBe("abc");
  expect(Buffer.from(await node.readRange(path, 1, 5)).toString()).toBe("bc");
  const file = await node.openFile(path);
  expect(file.size).toBe(3);
  expect(Buffer.from(file.read(1, 2)).toString()).toBe("bc");
  file.close();
  expect(() => file.read(0, 1)).toThrow(/closed/);
  expect(await node.pathExists(path)).toBe(true);
  expect(await node.pathExists(`${path}d`)).toBe(false);
  await expect(node.readBytes(`${path}d`)).rejects.toMatchObject({ code: "ENOENT" });
  await expect(node.openFile(folder)).rejects.toThrow(/not a regular file/);
});

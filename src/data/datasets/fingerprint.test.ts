import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ImageDataset } from "./dataset.ts";
import { fingerprint } from "./fingerprint.ts";

test("tells another picture, name, label and order", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fingerprint-"));
  const dataset = (names: readonly string[], labels: readonly number[]): ImageDataset => ({
    classes: ["a", "b"],
    labels: Int32Array.from(labels),
    name: (index) => names[index]!,
    source: (index) => ({ kind: "file", path: join(folder, names[index]!) }),
  });
  try {
    for (const name of ["1", "2", "3"]) {
      await writeFile(join(folder, name), "pixels");
      await utimes(join(folder, name), 1e9, 1e9);
    }
    const known = await fingerprint(dataset(["1", "2"], [0, 1]));
    expect(await fingerprint(dataset(["1", "2"], [0, 1]))).toBe(known);
    const others = [dataset(["1", "3"], [0, 1]), dataset(["2", "1"], [0, 1]), dataset(["1", "2"], [0, 0])];
    for (const other of others) expect(await fingerprint(other)).not.toBe(known);
    await utimes(join(folder, "2"), 1e9, 1e9 + 1);
    expect(await fingerprint(dataset(["1", "2"], [0, 1]))).not.toBe(known);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("pictures in memory count with their bytes", async () => {
  const dataset = (bytes: Uint8Array): ImageDataset => ({
    classes: ["a", "b"],
    labels: Int32Array.of(0),
    name: () => "picture",
    source: () => ({ kind: "bytes", bytes }),
  });
  const known = await fingerprint(dataset(Uint8Array.of(1, 2)));
  expect(await fingerprint(dataset(Uint8Array.of(1, 2)))).toBe(known);
  expect(await fingerprint(dataset(Uint8Array.of(1, 3)))).not.toBe(known);
});

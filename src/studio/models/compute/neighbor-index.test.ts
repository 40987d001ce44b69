// Nearest is by direction; what is kept in a file is the same again.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { NeighborIndex } from "./neighbor-index.ts";

function indexOf(pictures: Readonly<Record<string, readonly number[]>>): NeighborIndex {
  const index = new NeighborIndex();
  for (const [name, features] of Object.entries(pictures))
    index.add({ name, label: name.toUpperCase() }, Float32Array.from(features));
  return index;
}

const index = indexOf({ east: [5, 0], north: [0, 0.1], "north-east": [3, 3], west: [-1, 0] });

test("the nearest by angle, whatever the lengths", () => {
  const found = index.nearest(Float32Array.of(20, 1), 3);
  expect(found.map(({ name }) => name)).toEqual(["east", "north-east", "north"]);
  expect(found[1]).toMatchObject({
    label: "NORTH-EAST",
    similarity: expect.closeTo(21 / Math.SQRT2 / Math.hypot(20, 1), 6),
  });
  expect(index.nearest(Float32Array.of(1, 0), 9)).toHaveLength(4);
});

test("thousands of pictures find themselves", () => {
  const many = new NeighborIndex();
  const vector = (i: number): Float32Array => Float32Array.of(Math.cos(i / 1000), Math.sin(i / 1000), 1);
  for (let i = 0; i < 5000; i++) many.add({ name: String(i), label: "" }, vector(i));
  for (const i of [0, 1, 1024, 4999]) expect(many.nearest(vector(i), 1)[0]!.name).toBe(String(i));
});

test("more pictures than a call has arguments are kept", async () => {
  const folder = await mkdtemp(join(tmpdir(), "classifier-training-neighbors-"));
  const file = join(folder, "features.safetensors");
  const many = new NeighborIndex();
  many.expect(200_000);
  for (let i = 0; i < 200_000; i++) many.add({ name: String(i), label: "" }, Float32Array.of(1, i));
  await many.save(file);
  const loaded = await NeighborIndex.load(file);
  expect(loaded.size).toBe(200_000);
  expect(loaded.nearest(Float32Array.of(1, 3), 1)[0]!.name).toBe("3");
  await rm(folder, { recursive: true });
});

test("what a file keeps is found again; a damaged file is as none", async () => {
  const folder = await mkdtemp(join(tmpdir(), "classifier-training-neighbors-"));
  const file = join(folder, "features.safetensors");
  await index.save(file);
  const kept = await NeighborIndex.load(file);
  kept.keep(({ name }) => name !== "north");
  expect(kept.nearest(Float32Array.of(0, 1), 2)).toEqual(
    indexOf({ east: [5, 0], "north-east": [3, 3], west: [-1, 0] }).nearest(Float32Array.of(0, 1), 2),
  );
  await writeFile(file, "damaged");
  expect((await NeighborIndex.load(file)).size).toBe(0);
  await rm(folder, { recursive: true });
});

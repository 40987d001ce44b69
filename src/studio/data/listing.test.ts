// The listing: which pictures are found, counted and called what, before and after they are moved.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type DatasetSplits, ImageFolderDataModule } from "../../data/index.ts";
import { Listing } from "./listing.ts";

let root = "";
let splits: DatasetSplits;
let listing: Listing;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "studio-listing-"));
  for (const path of [
    "train/cat/a.jpg",
    "train/cat/B.jpg",
    "train/dog/a.jpg",
    "val/cat/a.jpg",
    "val/dog/b.jpg",
  ]) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), path);
  }
  splits = await new ImageFolderDataModule({ root }).asTheyLie();
});
beforeEach(() => {
  listing = new Listing(splits, root);
});
afterAll(() => rmSync(root, { recursive: true }));

const names = (filter: Parameters<Listing["matching"]>[0]): string[] =>
  listing.matching(filter).map((id) => listing.name(id));

test("pictures are called by their paths within the data set, and found by those and by the data set's own names", () => {
  expect(names({})).toEqual([
    "train/cat/B.jpg",
    "train/cat/a.jpg",
    "train/dog/a.jpg",
    "val/cat/a.jpg",
    "val/dog/b.jpg",
  ]);
  const id = listing.find(join(root, "train/dog/a.jpg"));
  expect(id).toBe(listing.find("train/dog/a.jpg"));
  expect(listing.listed(id!)).toEqual({
    id,
    name: "train/dog/a.jpg",
    labels: [1],
    part: "train",
    problems: [],
  });
  expect(listing.find("train/dog/none.jpg")).toBeUndefined();
});

test("filters go together, and names are found whatever their case", () => {
  expect(names({ label: 1 })).toEqual(["train/dog/a.jpg", "val/dog/b.jpg"]);
  expect(names({ part: "train", name: "b.JPG" })).toEqual(["train/cat/B.jpg"]);
  expect(names({ problem: "leak" })).toEqual([]);
  expect(names({ label: 7 })).toEqual([]);
});

test("a size is told once it is known, and what cannot be read has none", () => {
  expect(names({ size: 0 })).toEqual([]);
  listing.setSide(0, 63);
  listing.setSide(1, 64);
  listing.setSide(2, 4000);
  listing.setSide(3, -1);
  expect([0, 1, 4].map((size) => names({ size }))).toEqual([
    ["train/cat/B.jpg"],
    ["train/cat/a.jpg"],
    ["train/dog/a.jpg"],
  ]);
});

test("counts follow moves, removals and returns", () => {
  expect([listing.counts("train"), listing.count("val")]).toEqual([[2, 1], 2]);
  const id = listing.find("train/cat/a.jpg")!;
  const { version } = listing;
  listing.move(id, "train/dog/a-2.jpg", join(root, "train/dog/a-2.jpg"), 1);
  expect(listing.counts("train")).toEqual([1, 2]);
  listing.remove(id);
  expect([listing.counts("train"), listing.has(id), names({ label: 1, part: "train" })]).toEqual([
    [1, 1],
    false,
    ["train/dog/a.jpg"],
  ]);
  listing.restore("train/cat/a.jpg", join(root, "train/cat/a.jpg"), "train", 0);
  expect([listing.counts("train"), listing.find("train/cat/a.jpg")]).toEqual([[2, 1], id]);
  expect(listing.version).toBeGreaterThan(version);
});

test("what comes back that the listing never had is a new picture", async () => {
  const path = join(root, "val/dog/new.jpg");
  listing.restore("val/dog/new.jpg", path, "val", 1);
  expect([listing.counts("val"), await listing.source(5)]).toEqual([[1, 2], { kind: "file", path }]);
});

test("problems are counted where the pictures still are", () => {
  listing.setProblems(
    new Map([
      [0, new Set(["duplicate", "leak"] as const)],
      [3, new Set(["leak"] as const)],
    ]),
  );
  expect([listing.problemCount("leak"), listing.problemCount("near")]).toEqual([2, 0]);
  expect(listing.listed(0).problems).toEqual(["leak", "duplicate"]);
  expect(names({ problem: "duplicate" })).toEqual(["train/cat/B.jpg"]);
  listing.remove(3);
  expect(listing.problemCount("leak")).toBe(1);
});

test("a number that is nobody's is refused", async () => {
  expect(() => listing.listed(99)).toThrow(expect.objectContaining({ code: "NOT_FOUND" }));
  listing.remove(0);
  await expect(listing.source(0)).rejects.toMatchObject({ code: "NOT_FOUND" });
});

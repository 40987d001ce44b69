// What is left of the checks' reports once pictures have been moved.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DuplicateReport } from "../../app/index.ts";
import { ImageFolderDataModule } from "../../data/index.ts";
import type { DuplicateKind } from "../../inspect/index.ts";
import type { Part } from "../data/api.ts";
import { Listing } from "../data/listing.ts";
import { foundIn } from "./found-problems.ts";

let root = "";
let listing: Listing;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "studio-problems-"));
  for (const path of ["train/cat/a.jpg", "train/dog/b.jpg", "val/cat/c.jpg", "val/dog/d.jpg"]) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), path);
  }
  listing = new Listing(await new ImageFolderDataModule({ root }).asTheyLie(), root);
});
afterEach(() => rmSync(root, { recursive: true }));

const idOf = (name: string): number => listing.find(name)!;

/** Where a picture is, as the commands tell it. */
function told(name: string): { part: Part; name: string; className: string; index: number } {
  const [part, className] = name.split("/");
  return { part: part as Part, name: join(root, name), className: className!, index: 0 };
}

function group(kind: DuplicateKind, names: readonly string[]): DuplicateReport["groups"][number] {
  const pairs = [{ first: 0, second: 1, kind, similarity: 0.9 }];
  return { kind, pictures: names.map(told), pairs, acrossParts: true, contradicting: true };
}

const report = (...groups: DuplicateReport["groups"]): DuplicateReport => ({
  task: "multi_class",
  groups,
  unreadable: [],
});

test("the worst come first, and of a group that is settled nothing is left", () => {
  const near = group("near", ["train/cat/a.jpg", "val/cat/c.jpg"]);
  const same = group("exact", ["train/dog/b.jpg", "train/cat/a.jpg"]);
  const problem = { ...told("val/dog/d.jpg"), code: "IMAGE_UNREADABLE", message: "cut short" };
  const verified = { checked: 4, problems: [problem] };
  const found = () => foundIn(verified, report(near, same), listing);
  expect(found().map(({ kinds, similarity }) => [kinds, similarity])).toEqual([
    [["unreadable"], null],
    [["contradicting", "duplicate"], 0.9],
    [["leak", "near"], 0.9],
  ]);
  listing.move(idOf("train/dog/b.jpg"), "train/cat/b.jpg", join(root, "train/cat/b.jpg"), 0);
  expect(found()[2]!.kinds).toEqual(["duplicate"]);
  listing.remove(idOf("val/dog/d.jpg"));
  listing.remove(idOf("val/cat/c.jpg"));
  expect(found().map(({ kinds }) => kinds)).toEqual([["duplicate"]]);
});

test("a problem keeps its key wherever its pictures go", () => {
  const same = report(group("exact", ["train/dog/b.jpg", "train/cat/a.jpg"]));
  const [before] = foundIn(undefined, same, listing);
  listing.move(idOf("train/dog/b.jpg"), "train/cat/b.jpg", join(root, "train/cat/b.jpg"), 0);
  expect(foundIn(undefined, same, listing)[0]?.key).toBe(before?.key);
});

// Changes to a folder of pictures: made, undone in any order, and refused.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ImageFolderDataModule } from "../../data/index.ts";
import { Listing } from "../data/listing.ts";
import { Changes } from "./changes.ts";
import { ClassFolders } from "./class-folders.ts";

let scratch = "";
let root = "";
let beside = "";

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "studio-changes-"));
  root = join(scratch, "pets");
  beside = `${root}.studio`;
  mkdirSync(beside);
  for (const [part, count] of [
    ["train", 3],
    ["val", 2],
  ] as const)
    for (const name of ["cat", "dog"]) {
      mkdirSync(join(root, part, name), { recursive: true });
      for (let i = 0; i < count; i++)
        writeFileSync(join(root, part, name, `${i}.jpg`), `${part} ${name} ${i}`);
    }
});
afterEach(() => rmSync(scratch, { recursive: true }));

/** As the studio opens it. */
async function opened(): Promise<{ changes: Changes; listing: Listing }> {
  const splits = await new ImageFolderDataModule({ root }).asTheyLie();
  const listing = new Listing(splits, root);
  const changes = await Changes.open({ root, beside, listing, folders: ClassFolders.of(splits, listing) });
  return { changes, listing };
}

/** Every file below a folder, and what is in it. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const pairs = files.map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(
    pairs.sort().map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]),
  );
}

const has = (path: string): boolean => existsSync(join(root, path));

test("a picture moves to another class, under a name that is free, and the listing knows", async () => {
  const { changes, listing } = await opened();
  const id = listing.find("train/cat/0.jpg")!;
  const { change } = await changes.apply({ action: "move", ids: [id], label: 1 });
  expect(change).toMatchObject({ className: "dog", count: 1, standing: 1, names: ["train/cat/0.jpg"] });
  expect(readFileSync(join(root, "train/dog/0-2.jpg"), "utf8")).toBe("train cat 0");
  expect(readFileSync(join(root, "train/dog/0.jpg"), "utf8")).toBe("train dog 0");
  expect(listing.listed(id)).toMatchObject({ name: "train/dog/0-2.jpg", labels: [1], part: "train" });
  expect(listing.counts("train")).toEqual([2, 4]);
  await changes.undo(change.id);
  expect(listing.listed(id)).toMatchObject({ name: "train/cat/0.jpg", labels: [0] });
});

test("changes are undone in any order, after a restart too", async () => {
  const before = contents(root);
  const first = await opened();
  const id = (name: string): number => first.listing.find(name)!;
  await first.changes.apply({ action: "set-aside", ids: [id("train/cat/0.jpg"), id("val/dog/1.jpg")] });
  await first.changes.apply({ action: "move", ids: [id("train/cat/1.jpg")], label: 1 });
  await first.changes.apply({ action: "delete", ids: [id("train/dog/2.jpg")] });
  expect(Object.keys(contents(beside))).toEqual([
    "changes.jsonl",
    "deleted/train/dog/2.jpg",
    "set-aside/train/cat/0.jpg",
    "set-aside/val/dog/1.jpg",
  ]);
  const { changes, listing } = await opened();
  expect(changes.range(0, 10).changes.map(({ action }) => action)).toEqual(["delete", "move", "set-aside"]);
  for (const change of [1, 3, 2]) await changes.undo(change);
  expect(contents(root)).toEqual(before);
  expect(listing.counts("train")).toEqual([3, 3]);
  expect(listing.listed(listing.find("val/dog/1.jpg")!)).toMatchObject({ part: "val", labels: [1] });
  await expect(changes.undo(2)).rejects.toMatchObject({ code: "CHANGE_UNDONE" });
});

test("what can no longer be undone is refused, and nothing is written over", async () => {
  const { changes, listing } = await opened();
  const id = listing.find("train/cat/0.jpg")!;
  await changes.apply({ action: "move", ids: [id], label: 1 });
  await changes.apply({ action: "set-aside", ids: [id] });
  await expect(changes.undo(1)).rejects.toMatchObject({ code: "PICTURE_GONE" });
  writeFileSync(join(root, "train/dog/0-2.jpg"), "another");
  await expect(changes.undo(2)).rejects.toMatchObject({ code: "PLACE_TAKEN" });
  expect(readFileSync(join(root, "train/dog/0-2.jpg"), "utf8")).toBe("another");
  rmSync(join(root, "train/dog/0-2.jpg"));
  await changes.undo(2);
  await changes.undo(1);
  expect(readFileSync(join(root, "train/cat/0.jpg"), "utf8")).toBe("train cat 0");
});

test("of many pictures those are brought back that can be", async () => {
  const { changes, listing } = await opened();
  const ids = [0, 1].map((i) => listing.find(`train/cat/${i}.jpg`)!);
  await changes.apply({ action: "delete", ids });
  rmSync(join(beside, "deleted/train/cat/0.jpg"));
  const { change, left } = await changes.undo(1);
  expect(change.standing).toBe(1);
  expect(left).toContain("PICTURE_GONE");
  expect(has("train/cat/1.jpg")).toBe(true);
});

test("links, the last pictures of a class and unknown numbers are refused", async () => {
  const outside = join(scratch, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "secret.jpg"), "secret");
  symlinkSync(join(outside, "secret.jpg"), join(root, "train/cat/linked.jpg"));
  symlinkSync(outside, join(root, "train/dog/far"));
  const { changes, listing } = await opened();
  const refused = (name: string): Promise<unknown> =>
    changes.apply({ action: "set-aside", ids: [listing.find(name)!] });
  await expect(refused("train/cat/linked.jpg")).rejects.toMatchObject({ code: "PICTURE_LINK" });
  await expect(refused("train/dog/far/secret.jpg")).rejects.toMatchObject({ code: "PICTURE_OUTSIDE" });
  const last = [0, 1].map((i) => listing.find(`val/cat/${i}.jpg`)!);
  await expect(changes.apply({ action: "delete", ids: last })).rejects.toMatchObject({
    code: "CLASS_WOULD_BE_EMPTY",
  });
  await expect(changes.apply({ action: "delete", ids: [999] })).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(readFileSync(join(outside, "secret.jpg"), "utf8")).toBe("secret");
});

test("a log that leads out of the folder moves nothing", async () => {
  writeFileSync(join(scratch, "prey.jpg"), "prey");
  const items = [{ from: "train/cat/9.jpg", to: "../../prey.jpg" }];
  const begun = { change: 1, at: "2026-01-01T00:00:00Z", action: "set-aside", className: null, items };
  writeFileSync(join(beside, "changes.jsonl"), `${JSON.stringify(begun)}\n{"of":1,"standing":[0]}\n{"cut sh`);
  const { changes } = await opened();
  await expect(changes.undo(1)).rejects.toMatchObject({ code: "CHANGE_UNKNOWN" });
  await changes.apply({ action: "dismiss", problem: "k", title: "fine" });
  expect((await opened()).changes.dismissed).toEqual(new Set(["k"]));
});

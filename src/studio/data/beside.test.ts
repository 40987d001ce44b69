// The folder beside a data set: one studio writes to it, others show what it holds.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ImageFolderDataModule } from "../../data/index.ts";
import { type Beside, openBeside } from "./beside.ts";
import { type OpenPictures, openPictures } from "./open-pictures.ts";

let scratch = "";
let root = "";
const opened: (OpenPictures | AsyncDisposable | undefined)[] = [];
const notes: string[] = [];
const note = (line: string): void => void notes.push(line);

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "studio-beside-"));
  root = join(scratch, "pets");
  for (const name of ["cat", "dog"]) {
    mkdirSync(join(root, name), { recursive: true });
    for (const number of [1, 2]) writeFileSync(join(root, name, `${number}.jpg`), `${name} ${number}`);
  }
});
afterEach(async () => {
  for (const each of opened.splice(0)) {
    if (each === undefined) continue;
    if ("close" in each) each.close();
    else await each[Symbol.asyncDispose]();
  }
  notes.length = 0;
  rmSync(scratch, { recursive: true });
});

async function take(readOnly = false): Promise<Beside> {
  const beside = await openBeside(root, readOnly, note);
  opened.push(beside.lock);
  return beside;
}

async function open(beside: Beside): Promise<OpenPictures> {
  const splits = await new ImageFolderDataModule({ root }).asTheyLie();
  const data = { configuration: { overrides: [] }, imports: [], task: "multi_class", root, splits } as const;
  const pictures = await openPictures({ data, beside, note });
  opened.push(pictures);
  return pictures;
}

test("a second studio says that another has the pictures open, and only shows them", async () => {
  const first = await take();
  const second = await take();
  expect([first.closed, second.closed]).toEqual([null, "taken"]);
  expect(notes).toEqual([expect.stringContaining("another studio writes here")]);
  expect((await open(second)).fixed).toContain("Another studio");
  await first.lock?.[Symbol.asyncDispose]();
  expect((await take()).closed).toBeNull();
});

test("a studio that only looks shows what was kept, and writes nothing", async () => {
  const pictures = await open(await take());
  const problems = [{ name: "cat/1.jpg", part: "train", code: "IMAGE_UNREADABLE", message: "cut short" }];
  const result = {
    fingerprint: "",
    at: "2026-01-01T00:00:00Z",
    seconds: 1,
    report: { checked: 4, problems },
  };
  pictures.store.keepDocument("verify", JSON.stringify(result));
  await pictures.changes!.apply({ action: "set-aside", ids: [pictures.listing.find("dog/2.jpg")!] });
  const log = join(`${root}.studio`, "changes.jsonl");
  const unfinished = `${readFileSync(log, "utf8")}{"undo":`;
  writeFileSync(log, unfinished);

  const looking = await open(await take(true));
  expect(looking.problems.range(undefined, 0, 10)).toMatchObject({
    total: 1,
    problems: [{ kinds: ["unreadable"], message: "cut short" }],
  });
  expect(looking.changes?.range(0, 10)).toMatchObject({ total: 1, changes: [{ names: ["dog/2.jpg"] }] });
  expect([looking.beside, looking.fixed]).toEqual([undefined, expect.stringContaining("to look")]);
  expect(readFileSync(log, "utf8")).toBe(unfinished);
});

test("looking leaves no folder", async () => {
  await open(await take(true));
  expect(existsSync(`${root}.studio`)).toBe(false);
});

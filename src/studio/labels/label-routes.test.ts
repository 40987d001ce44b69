// The queue of doubtful labels: what it asks, what it writes, and that nothing is lost or asked again after a restart.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { allComponents } from "../../app/index.ts";
import { ImageFolderDataModule } from "../../data/index.ts";
import type { Beside } from "../data/beside.ts";
import { openData } from "../data/open-data.ts";
import { openPictures } from "../data/open-pictures.ts";
import { createRoutes } from "../http/routes.ts";
import { TableThread } from "../tables/table-thread.ts";
import type { LabelDecisions, LabelQueue, LabelSource } from "./api.ts";

const HOST = "127.0.0.1:4000";
const TOKEN = "a-token-of-some-length";
let folder: string;
let root: string;
const closing: AsyncDisposable[] = [];
/** One for all starts: the pictures are the same. */
let tables: TableThread | undefined;

/** The studio's routes over the folder, as after a start. */
async function start({ readOnly = false, writes = false, overrides = [] as string[] } = {}) {
  const note = (): void => undefined;
  const configuration = { overrides: [`data.root=${root}`, ...overrides] };
  const data = await openData({ imports: [], configuration, registry: allComponents(), note });
  const kept: Beside = { folder: `${root}.studio`, closed: null, lock: undefined };
  const pictures = await openPictures({ data, beside: writes ? kept : undefined, note });
  if (writes) closing.push({ [Symbol.asyncDispose]: async () => pictures.close() });
  tables ??= new TableThread(data.splits);
  const given = { version: "0", name: "photos", imports: [], closing, readOnly, note };
  const parts = { ...given, data, pictures, tables, runs: join(folder, "runs") };
  const app = createRoutes(parts, { token: TOKEN, hosts: [HOST], cookie: "studio" }, new Map());
  const ask = async <T>(path: string, body?: unknown): Promise<T> => {
    const headers = { Host: HOST, Cookie: `studio=${TOKEN}`, "X-Studio": "1" };
    const request =
      body === undefined ? { headers } : { headers, method: "POST", body: JSON.stringify(body) };
    const { href } = new URL(path, `http://${HOST}/api/labels/`);
    return (await (await app.request(href, request)).json()) as T;
  };
  return ask;
}

/** A run that is sure that 0.png of val/b is an a, and finds the rest right. */
async function writeRun(name: string, file: string, header: string, prefix: string): Promise<void> {
  await mkdir(join(folder, "runs", name, ".hydra"), { recursive: true });
  await writeFile(join(folder, "runs", name, ".hydra/config.yaml"), `data: {root: ${root}}\n`);
  const line = (label: string, i: number, p: number): string =>
    `${prefix}${root}/val/${label}/${i}.png,${label},${p > 0.5 ? "a" : "b"},0.9,0.1,${p},${1 - p}`;
  const lines = [0, 1, 2, 3].flatMap((i) => [
    line("a", i, 0.9 - i / 100),
    line("b", i, i === 0 ? 0.95 : 0.1),
  ]);
  await writeFile(join(folder, "runs", name, file), `${[header, ...lines].join("\n")}\n`);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "labels-"));
  root = join(folder, "photos");
  for (const path of ["train/a", "train/b", "val/a", "val/b"]) {
    await mkdir(join(root, path), { recursive: true });
    for (let i = 0; i < 4; i++) await writeFile(join(root, path, `${i}.png`), "");
  }
  await writeRun(
    "one",
    "predictions.csv",
    "split,index,name,true,predicted,confidence,loss,p_a,p_b",
    "val,0,",
  );
  await writeRun("cv/fold=0", "predictions.csv", "split,index,name,true,predicted,confidence,loss", "val,0,");
  await writeFile(join(folder, "runs/cv/out_of_fold.csv"), "");
  await writeRun("cv/", "out_of_fold.csv", "fold,name,true,predicted,confidence,loss,p_a,p_b", "0,");
  await rm(join(folder, "runs/cv/.hydra"), { recursive: true });
});
afterAll(async () => {
  await tables?.[Symbol.asyncDispose]();
  for (const part of closing) await part[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});
beforeEach(() => rm(`${root}.studio`, { recursive: true, force: true }));

const listOf = (): Promise<string> => readFile(`${root}.studio/labels.jsonl`, "utf8");

test("runs and cross-validations are sources; folds are one", async () => {
  const found = await (await start())<LabelSource[]>("sources");
  expect(found.map(({ name, kind }) => [name, kind]).sort()).toEqual([
    ["cv", "cross-validation"],
    ["one", "run"],
  ]);
  expect(JSON.stringify(found)).not.toContain(folder);
});

test.each(["one", "cv"])("the planted label comes first: %s", async (name) => {
  const ask = await start();
  const source = (await ask<LabelSource[]>("sources")).find((each) => each.name === name)!;
  const { predicted, more, pictures } = await ask<LabelQueue>(`queue/${source.id}`);
  expect([predicted, more]).toEqual([8, 0]);
  expect(pictures).toHaveLength(1);
  expect(pictures[0]).toMatchObject({ name: "val/b/0.png", given: "b", suggested: "a", isError: true });
  expect(pictures[0]!.classes[0]).toEqual({ name: "a", probability: expect.closeTo(0.95, 6) });
});

test("decisions are on the disk at once, outlive a restart, and can be taken back after it", async () => {
  const ask = await start();
  const [source] = await ask<LabelSource[]>("sources");
  const [first] = (await ask<LabelQueue>(`queue/${source!.id}`)).pictures;
  await ask("decide", { picture: first!.picture, to: "a" });
  expect(await listOf()).toBe('{"name":"val/b/0.png","from":"b","to":"a"}\n');
  const again = await start();
  const { decisions, command } = await again<LabelDecisions>("decisions");
  expect(decisions).toEqual([
    { name: "val/b/0.png", picture: first!.picture, from: "b", to: "a", stale: null, skipped: false },
  ]);
  expect(command).toBe(
    `npx classifier-training train data.root=${root} 'data.label_changes="${root}.studio/labels.jsonl"'`,
  );
  const changed = new ImageFolderDataModule({ root, labelChanges: `${root}.studio/labels.jsonl` });
  const { val } = await changed.asTheyLie();
  expect([...(val!.labels as Int32Array)]).toEqual([0, 0, 0, 0, 0, 1, 1, 1]);
  await again("decide", { picture: first!.picture, to: "b" });
  expect(await listOf()).toBe('{"name":"val/b/0.png","from":"b","to":"b"}\n');
  expect((await again<LabelDecisions>("undo", { name: "val/b/0.png" })).decisions).toEqual([]);
  expect(await listOf()).toBe("");
});

test("decisions that come together are all kept", async () => {
  const ask = await start();
  await Promise.all(Array.from({ length: 16 }, (_, picture) => ask("decide", { picture, to: "a" })));
  expect((await listOf()).trim().split("\n")).toHaveLength(16);
});

test("says which decisions no longer fit", async () => {
  await mkdir(`${root}.studio`);
  const lines = ['{"name":"val/b/9.png","from":"b","to":"a"}', '{"name":"val/b/1.png","from":"a","to":"b"}'];
  await writeFile(`${root}.studio/labels.jsonl`, lines.join("\n"));
  const ask = await start({ writes: true });
  const { decisions } = await ask<LabelDecisions>("decisions");
  expect(decisions.map(({ stale, skipped }) => [stale, skipped])).toEqual([
    ["the picture is not there any more", false],
    ["the picture is labelled otherwise by now", false],
  ]);
  expect((await ask<LabelDecisions>("drop", {})).decisions).toEqual([]);
});

test("a decision about a picture that is moved is skipped until that is undone, or is dropped", async () => {
  await mkdir(`${root}.studio`);
  const list = `${root}.studio/labels.jsonl`;
  const trained = () => new ImageFolderDataModule({ root, labelChanges: list }).asTheyLie();
  const ask = await start({ writes: true });
  for (const picture of [0, 1]) await ask("decide", { picture, to: "b" });
  const decided = await listOf();
  await ask("../changes", { action: "move", ids: [0], label: 1 });
  await ask("../changes", { action: "set-aside", ids: [1] });
  const skipped = decided.replaceAll("}", ',"skipped":true}');
  expect(await listOf()).toBe(skipped);
  expect((await trained()).labelChanges).toMatchObject({ count: 0, skipped: 2 });
  const { decisions } = await ask<LabelDecisions>("decisions");
  expect(decisions.map(({ stale, picture }) => [stale, picture])).toEqual([
    ["the picture was moved to train/b/0-2.png", 0],
    ["the picture is not there any more", null],
  ]);
  // A kill behind the change: the next start marks them.
  await writeFile(list, decided);
  const again = await start({ writes: true });
  expect(await listOf()).toBe(skipped);
  await again("../changes/1/undo", {});
  expect(await listOf()).toBe(skipped.replace(',"skipped":true', ""));
  expect((await trained()).labelChanges).toMatchObject({ count: 1, skipped: 1 });
  expect((await again<LabelDecisions>("drop", {})).decisions).toMatchObject([{ name: "train/a/0.png" }]);
  await again("../changes/2/undo", {});
  expect(await listOf()).toBe(`${decided.split("\n")[0]}\n`);
});

test.each([
  ["decide", { picture: 99, to: "a" }, "NOT_FOUND"],
  ["decide", { picture: 0, to: "c" }, "LABEL_UNKNOWN"],
  ["decide", { picture: 0, to: ["a"] }, "LABEL_UNKNOWN"],
  ["decide", { picture: "../x", to: "a" }, "BODY"],
  ["decide", [], "BODY"],
  ["undo", {}, "BODY"],
  ["queue/..%2F..%2Fetc", undefined, "NOT_FOUND"],
])("refuses %s %j", async (path, body, code) => {
  const ask = await start();
  expect(await ask(path, body)).toMatchObject({ error: { code } });
  await expect(listOf()).rejects.toThrow();
});

test("changes nothing where the studio only looks, and nothing upon a list that was opened with", async () => {
  const looking = await start({ readOnly: true });
  expect(await looking("decide", { picture: 0, to: "b" })).toMatchObject({ error: { code: "READ_ONLY" } });
  await writeFile(join(folder, "list.jsonl"), "");
  const overrides = [`data.label_changes=${join(folder, "list.jsonl")}`];
  expect(await (await start({ overrides }))("decisions")).toMatchObject({
    error: { code: "LABELS_CHANGED", message: expect.stringContaining("open the studio without it") },
  });
});

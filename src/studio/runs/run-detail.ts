// Everything about a run but its row and its curves, gathered from its folder.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { shellWord } from "../../app/search/trial-overrides.ts";
import { parseOverride } from "../../config/index.ts";
import { readCsv } from "../../core/index.ts";
import type { FormSetting, RunConfusion, RunDetail, RunSetting, WrongPicture } from "./api.ts";
import type { FollowedRun } from "./followed-run.ts";
import { insideOf } from "./run-files.ts";

/** Rows of pictures that were taken for something else. */
const MOST_WRONG = 50;

/** Drawings of the callbacks, by what the page may ask for. */
export const PICTURES: readonly string[] = ["top_losses", "sample_predictions", "confusion_matrix"].flatMap(
  (folder) => ["last", "best"].map((name) => `${folder}/${name}`),
);

/** @throws nothing for what is not there: a run that goes on has little */
export async function detailOf(run: FollowedRun): Promise<RunDetail> {
  const { folder, facts, summary } = run;
  const table = (path: string): Promise<Row[]> => readTable(folder.path, path);
  const overrides = facts?.overrides ?? [];
  const predictions = await table("predictions.csv");
  const environment = await readText(folder.path, "environment.json");
  return {
    id: run.id,
    overrides,
    command: ["classifier-training", "train", ...(facts?.flags ?? []), ...overrides].map(shellWord).join(" "),
    asSettings: overrides.flatMap(settingOf),
    settings: (await table(".hydra/origins.csv")) as unknown as RunSetting[],
    environment: environment === undefined ? [] : Object.entries(JSON.parse(environment)),
    error: summary?.error ?? null,
    confusion: (await confusionNow(run)) ?? confusionOf(predictions),
    wrong: wrongOf(predictions),
    pictures: PICTURES.filter((name) => existsSync(join(folder.path, `${name}.png`))),
  };
}

type Row = Readonly<Record<string, string>>;

/** What the form can be filled with; words that it has no field for are left to the command. */
function settingOf(word: string): FormSetting[] {
  const { type, value, key } = parseOverride(word);
  if (value === undefined || type === "delete" || type === "extend-list" || key === "ckpt") return [];
  const text = word.slice(word.indexOf("=") + 1);
  const isQuotedText = value.kind === "scalar" && value.quote !== undefined;
  return [[key, isQuotedText ? String(value.node.value) : text]];
}

/** Of a run that goes on: the last validation that was drawn. */
async function confusionNow({ row, folder }: FollowedRun): Promise<RunConfusion | null> {
  if (row?.status !== "running") return null;
  const text = await readText(folder.path, "confusion_matrix/last.csv");
  const [header = [], ...rows] = text === undefined ? [] : readCsv(text);
  // Of several labels the table is another one.
  if (header[0] !== "true \\ predicted") return null;
  const cells = rows.flatMap(([, ...counts], truth) =>
    counts.flatMap((count, predicted) =>
      Number(count) > 0 ? [{ truth, predicted, count: Number(count) }] : [],
    ),
  );
  return { of: "last", classes: header.slice(1), cells };
}

function confusionOf(rows: readonly Row[]): RunConfusion | null {
  if (rows[0]?.confidence === undefined) return null;
  const classes = [...new Set(rows.flatMap((row) => [row.true!, row.predicted!]))].sort();
  const counts = new Map<string, number>();
  for (const row of rows) {
    const cell = `${classes.indexOf(row.true!)} ${classes.indexOf(row.predicted!)}`;
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  const cells = Array.from(counts, ([cell, count]) => {
    const [truth = 0, predicted = 0] = cell.split(" ").map(Number);
    return { truth, predicted, count };
  });
  return { of: "best", classes, cells };
}

function wrongOf(rows: readonly Row[]): WrongPicture[] {
  if (rows[0]?.confidence === undefined) return [];
  return rows
    .filter((row) => row.true !== row.predicted)
    .map((row) => ({
      name: row.name!,
      truth: row.true!,
      predicted: row.predicted!,
      confidence: Number(row.confidence),
      loss: Number(row.loss),
    }))
    .sort((a, b) => b.loss - a.loss)
    .slice(0, MOST_WRONG);
}

async function readTable(folder: string, name: string): Promise<Row[]> {
  const text = await readText(folder, name);
  const [header = [], ...rows] = text === undefined ? [] : readCsv(text);
  return rows.map((row) => Object.fromEntries(header.map((column, i) => [column, row[i] ?? ""])));
}

async function readText(folder: string, name: string): Promise<string | undefined> {
  const path = await insideOf(folder, name).catch(() => undefined);
  return path === undefined ? undefined : readFile(path, "utf8");
}

// The runs in a folder: listing, showing and comparing them.
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { readYaml, toPlain } from "../../config/index.ts";
import {
  ClassifierTrainingError,
  EVALUATION_HEADLINES,
  isOfOneClass,
  isShare,
  readCsv,
} from "../../core/index.ts";
import { writeDurably, writeFailed } from "../../platform/index.ts";
import { type Curve, curvesPicture, renderPng } from "../../plots/index.ts";
import type { StoredSummary } from "../../report/index.ts";
import { RunLock } from "../run/lock/run-lock.ts";
import { RunFolder, runsBelow } from "../run/run-folder.ts";

/** A run as its folder tells. */
export interface Run {
  /** Relative to the working directory. */
  readonly name: string;
  readonly folder: RunFolder;
  /** How it ended; `running` while a process of this machine trains in it, `killed` where none does. */
  readonly status: StoredSummary["status"] | "running" | "killed";
  /** Undefined where the run goes on, or was killed. */
  readonly summary: StoredSummary | undefined;
  /** Epochs that it has finished so far. */
  readonly epochs: number;
  /** The last value of each metric, and those of the test. */
  readonly metrics: StoredSummary["metrics"];
}

/** Every run at or below `root`, in the order of paths. @throws ClassifierTrainingError kind "usage" `NO_RUN` */
export async function listRuns(root: string): Promise<Run[]> {
  const found = (await runsBelow(root, true)).map(({ path }) => path);
  if (found.length === 0) {
    throw new ClassifierTrainingError("usage", "NO_RUN", "there is no run here", {
      where: root,
      hint: "give the folder that runs were written to, such as outputs",
    });
  }
  return Promise.all(found.sort().map(openFolder));
}

/** Whether there is a run at or below a folder. */
export async function holdsRuns(root: string): Promise<boolean> {
  return (await runsBelow(root, true)).length > 0;
}

/** @throws ClassifierTrainingError kind "usage" `NOT_A_RUN` */
export async function readRun(path: string): Promise<Run> {
  if (existsSync(join(path, ".hydra", "config.yaml"))) return openFolder(resolve(path));
  throw new ClassifierTrainingError("usage", "NOT_A_RUN", "this is no run's folder", {
    where: path,
    hint: "classifier-training runs list shows the runs below a folder",
  });
}

async function openFolder(path: string): Promise<Run> {
  const folder = new RunFolder(path);
  const name = relative(process.cwd(), path) || ".";
  if (existsSync(folder.summaryFile)) {
    const summary = JSON.parse(await readFile(folder.summaryFile, "utf8")) as StoredSummary;
    const { status, epochs, metrics } = summary;
    return { name, folder, status, summary, epochs, metrics };
  }
  const [header = [], ...rows] = await readMetrics(folder);
  const values = Object.fromEntries(
    header.map((column, i) => [column, Number(rows.findLast((row) => row[i])?.[i] ?? Number.NaN)]),
  );
  const { epoch = -1, step: _, ...metrics } = values;
  const status = (await RunLock.isTaken(path)) ? "running" : "killed";
  return { name, folder, status, summary: undefined, epochs: epoch + 1, metrics };
}

/** The words that a run was started with, such as `model.learning_rate=0.01`. */
export async function overridesOf({ folder }: Run): Promise<string[]> {
  const path = join(folder.hydraFolder, "overrides.yaml");
  return existsSync(path) ? (toPlain(readYaml(await readFile(path, "utf8"), path)) as string[]) : [];
}

/** Every setting of a run by dotted key, as text. */
export async function settingsOfRun({ folder }: Run): Promise<Map<string, string>> {
  const path = join(folder.hydraFolder, "config.yaml");
  const flat = new Map<string, string>();
  const add = (value: unknown, key: string): void => {
    const parts = typeof value === "object" && value !== null ? Object.entries(value) : [];
    for (const [name, part] of parts) add(part, key === "" ? name : `${key}.${name}`);
    if (parts.length === 0) flat.set(key, typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
  };
  add(toPlain(readYaml(await readFile(path, "utf8"), path)), "");
  return flat;
}

/** Something that is not the same in all runs; undefined where a run does not have it. */
export interface Difference {
  readonly key: string;
  readonly values: readonly (string | undefined)[];
}

/** Only what differs. */
export interface RunComparison {
  readonly settings: readonly Difference[];
  readonly results: readonly Difference[];
}

/** The settings, and the results, in which runs differ. @param settingsOf who has read them already */
export async function compareRuns(
  runs: readonly Run[],
  settingsOf: (run: Run) => Promise<ReadonlyMap<string, string>> = settingsOfRun,
): Promise<RunComparison> {
  return {
    settings: differences(await Promise.all(runs.map(settingsOf))),
    results: differences(runs.map(resultsOf)),
  };
}

/** The metrics by which these runs are judged on `stage`, by full name: of each task that there is among them. */
export function headlinesOf(runs: readonly Run[], stage: "val" | "test"): string[] {
  const names = EVALUATION_HEADLINES.map((name) => `${stage}/${name}`);
  const logged = names.filter((name) => runs.some(({ metrics }) => metrics[name] !== undefined));
  return logged.length === 0 ? names.slice(0, 1) : logged;
}

/** Status, progress and metrics as text; those of single classes and labels left out. */
export function resultsOf({ status, epochs, metrics, summary }: Run): Map<string, string> {
  const shown = Object.entries(metrics).flatMap(([name, value]) =>
    isOfOneClass(name) || value === null || Number.isNaN(value)
      ? []
      : [[name, String(Number(value.toPrecision(5)))] as const],
  );
  return new Map([
    ["status", summary?.reason === undefined ? status : `${status} (${summary.reason})`],
    ["epochs", String(epochs)],
    ...(summary?.best === undefined ? [] : ([["best epoch", String(summary.best.epoch + 1)]] as const)),
    ...(summary === undefined
      ? []
      : ([
          ["images/s", summary.images_per_second.toFixed(1)],
          ["seconds", summary.wall_seconds.toFixed(1)],
          ["runtime", summary.runtime],
        ] as const)),
    ...shown,
  ]);
}

function differences(runs: readonly ReadonlyMap<string, string>[]): Difference[] {
  const keys = [...new Set(runs.flatMap((run) => [...run.keys()]))];
  return keys
    .map((key) => ({ key, values: runs.map((run) => run.get(key)) }))
    .filter(({ values }) => values.some((value) => value !== values[0]));
}

/**
 * Draws a metric of several runs over the epochs, counted from 1, into a file: `.svg` or `.png`.
 * @param metric a logged value; undefined: what the runs are judged by on the validation
 * @throws ClassifierTrainingError kind "usage" `METRIC_UNKNOWN` where no run has logged it, `PICTURE_FORMAT`
 */
export async function plotRuns(
  runs: readonly Run[],
  metric: string | undefined,
  output: string,
): Promise<void> {
  if (!/\.(svg|png)$/i.test(output)) {
    throw new ClassifierTrainingError("usage", "PICTURE_FORMAT", "pictures are written as .svg or .png", {
      where: output,
    });
  }
  const name = metric ?? headlinesOf(runs, "val")[0]!;
  const tables = await Promise.all(runs.map(({ folder }) => readMetrics(folder)));
  const curves = tables.map((table, i) => curveOf(table, name, runs[i]!.name));
  if (curves.every(({ points }) => points.length === 0)) {
    const known = [...new Set(tables.flatMap(([header = []]) => header))].filter(
      (column) => column !== "epoch" && column !== "step" && !isOfOneClass(column),
    );
    throw new ClassifierTrainingError("usage", "METRIC_UNKNOWN", `no run has logged "${name}"`, {
      hint: known.length === 0 ? "train first" : `there are ${known.join(", ")}`,
    });
  }
  const picture = await curvesPicture({ title: name, curves, percent: isShare(name) });
  const content = /\.svg$/i.test(output) ? new TextEncoder().encode(picture.svg) : await renderPng(picture);
  try {
    await mkdir(dirname(resolve(output)), { recursive: true });
  } catch (error) {
    throw writeFailed(output, error);
  }
  await writeDurably(output, [content]);
}

async function readMetrics(folder: RunFolder): Promise<string[][]> {
  return existsSync(folder.metricsFile) ? readCsv(await readFile(folder.metricsFile, "utf8")) : [];
}

function curveOf([header = [], ...rows]: string[][], metric: string, name: string): Curve {
  const [x, y] = [header.indexOf("epoch"), header.indexOf(metric)];
  const logged = y < 0 ? [] : rows.filter((row) => row[y] !== undefined && row[y] !== "");
  return { name, points: logged.map((row) => [Number(row[x]) + 1, Number(row[y])] as const) };
}

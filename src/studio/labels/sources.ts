// Where the studio finds predictions: runs that have validated, and cross-validations whose folds have all ended.
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { predictionsIn } from "../../app/index.ts";
import { RunFolder, runsBelow } from "../../app/run/run-folder.ts";
import { notFound } from "../http/answers.ts";
import { idOf, nameBelow } from "../runs/run-names.ts";
import type { LabelSource } from "./api.ts";

/** A source with its folder, which never leaves the server. */
export interface FoundSource extends LabelSource {
  readonly folder: string;
}

/** Those at and below a folder, the newest first; of a finished cross-validation all folds together. */
export async function findSources(root: string): Promise<FoundSource[]> {
  const runs = (await runsBelow(root, true)).map(({ path }) => path);
  const isPooled = (path: string): boolean => existsSync(new RunFolder(dirname(path)).outOfFoldFile);
  const folders = new Set(runs.map((path) => (isPooled(path) ? dirname(path) : path)));
  const found = await Promise.all([...folders].map((folder) => sourceOf(folder, root)));
  return found.flat().sort((a, b) => b.written - a.written);
}

/** @throws ClassifierTrainingError `NOT_FOUND` */
export async function findSource(root: string, id: string): Promise<FoundSource> {
  const source = (await findSources(root)).find((each) => each.id === id);
  if (source === undefined) throw notFound("there are no such predictions");
  return source;
}

async function sourceOf(folder: string, root: string): Promise<FoundSource[]> {
  const file = predictionsIn(folder);
  if (file === undefined) return [];
  const name = nameBelow(resolve(root), folder);
  const kind = file === new RunFolder(folder).outOfFoldFile ? "cross-validation" : "run";
  return [{ id: idOf(name), name, kind, written: (await stat(file)).mtimeMs, folder }];
}

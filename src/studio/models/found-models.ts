// The models that can be tried: exports of the runs below the opened folder, and files that the studio was given.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { realpath, rm } from "node:fs/promises";
import { relative, sep } from "node:path";
import { headlinesOf, type Run, readRun } from "../../app/index.ts";
import { runsBelow } from "../../app/run/run-folder.ts";
import { notFound } from "../http/answers.ts";
import type { ModelEntry } from "./api.ts";
import type { ModelSource } from "./compute/protocol.ts";

/** A model with where it lies, which pages are not told. */
export interface FoundModel {
  readonly entry: ModelEntry;
  readonly source: ModelSource;
}

/** Files that are kept at a time; the one that was given first makes room. */
const MOST_FILES = 6;

/** Pages name models by ids; paths come from here alone. */
export class FoundModels {
  readonly #runs: string;
  #ofRuns: ReadonlyMap<string, FoundModel> = new Map();
  readonly #files = new Map<string, FoundModel>();

  /** @param runs the folder whose runs are looked at */
  constructor(runs: string) {
    this.#runs = runs;
  }

  /** All models, as the folder of runs now has them. */
  async list(): Promise<ModelEntry[]> {
    this.#ofRuns = await modelsOfRuns(this.#runs);
    return [...this.#files.values(), ...this.#ofRuns.values()].map(({ entry }) => entry);
  }

  /** @throws ClassifierTrainingError kind "usage" `NOT_FOUND` */
  async get(id: string): Promise<FoundModel> {
    const known = this.#files.get(id) ?? this.#ofRuns.get(id);
    if (known !== undefined && existsSync(known.source.path)) return known;
    await this.list();
    const found = this.#ofRuns.get(id);
    if (found !== undefined) return found;
    throw notFound("there is no such model any more");
  }

  /** Adds a file that was given. */
  async add(name: string, path: string, remark: string | undefined): Promise<ModelEntry> {
    const entry: ModelEntry = {
      ...{ id: idOf(path), name, kind: "file" },
      ...(remark !== undefined && { remark }),
    };
    this.#files.set(entry.id, { entry, source: { path, run: undefined } });
    const oldest = [...this.#files].slice(0, -MOST_FILES);
    for (const [id, { source }] of oldest) {
      this.#files.delete(id);
      await rm(source.path, { force: true });
    }
    return entry;
  }
}

async function modelsOfRuns(runs: string): Promise<Map<string, FoundModel>> {
  if (!existsSync(runs)) return new Map();
  const root = await realpath(runs);
  const folders = (await runsBelow(root, true)).filter(({ modelFile }) => existsSync(modelFile));
  const found = await Promise.all(
    folders
      .sort((a, b) => (a.path < b.path ? -1 : 1))
      .map(async ({ path, modelFile, bestCheckpoint }) => {
        if (!(await isWithin(root, modelFile))) return [];
        const id = idOf(path);
        const name = relative(root, path).replaceAll(sep, "/") || path.split(sep).at(-1)!;
        const run = (await isWithin(root, bestCheckpoint)) ? path : undefined;
        const score = scoreOf(await readRun(path));
        const entry: ModelEntry = { id, name, kind: "run", ...(score !== undefined && { score }) };
        return [[id, { entry, source: { path: modelFile, run } }] as const];
      }),
  );
  return new Map(found.flat());
}

/** Whether a file is there, and no link leads out of the folder to it. */
async function isWithin(root: string, file: string): Promise<boolean> {
  if (!existsSync(file)) return false;
  return (await realpath(file)).startsWith(`${root}${sep}`);
}

/** The test's, or else the validation's. */
function scoreOf(run: Run): ModelEntry["score"] {
  const metric = (["test", "val"] as const)
    .map((stage) => headlinesOf([run], stage)[0]!)
    .find((name) => Number.isFinite(run.metrics[name]));
  return metric === undefined ? undefined : { metric, value: run.metrics[metric]! };
}

function idOf(path: string): string {
  return createHash("sha256").update(path).digest("hex").slice(0, 16);
}

// Which pictures of the open data set are like another: features are computed once for each model, then kept.
import { createHash } from "node:crypto";
import { accessSync, constants, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { ClassifierTrainingError } from "../../core/index.ts";
import { cacheFolder } from "../../platform/cache-folder.ts";
import { besideOf } from "../data/beside.ts";
import type { OpenData } from "../data/open-data.ts";
import type { Neighbor, NeighborState } from "./api.ts";
import type { ComputeProcess } from "./compute/compute-process.ts";
import type { ModelSource } from "./compute/protocol.ts";
import type { FoundModel } from "./found-models.ts";
import { versionOf } from "./version-of.ts";

/** What is searched, and by what. */
export interface NeighborsRequest {
  readonly compute: ComputeProcess;
  readonly data: OpenData;
  readonly readOnly: boolean;
}

/** Makes one index at a time go on, in small steps; the process that computes has them. */
export class Neighbors {
  readonly #compute: ComputeProcess;
  readonly #data: OpenData;
  readonly #folder: string;
  readonly #states = new Map<string, NeighborState>();
  #isStopped = false;

  constructor({ compute, data, readOnly }: NeighborsRequest) {
    this.#compute = compute;
    this.#data = data;
    this.#folder = folderFor(data, readOnly);
  }

  /** How far the features of the open pictures are. */
  state({ entry }: FoundModel): NeighborState {
    return (
      this.#states.get(entry.id) ?? { state: "none", done: 0, total: this.#data.splits.train.labels.length }
    );
  }

  /** Begins to compute what is not there yet, unless that goes on already. */
  begin(model: FoundModel): NeighborState {
    const before = this.state(model);
    if (before.state === "working") return before;
    const { message: _, ...rest } = before;
    this.#states.set(model.entry.id, { ...rest, state: "working", done: 0 });
    void this.#work(model);
    return this.state(model);
  }

  /** @throws ClassifierTrainingError kind "usage" `NEIGHBORS_MISSING` before the features are there */
  async nearest(model: FoundModel, picture: Uint8Array, count: number): Promise<Neighbor[]> {
    if (this.state(model).state !== "ready") {
      throw new ClassifierTrainingError(
        "usage",
        "NEIGHBORS_MISSING",
        "the pictures' features are not computed yet",
      );
    }
    const { source } = model;
    return this.#compute.ask("nearest", { model: source, picture, file: this.#fileOf(source), count });
  }

  /** No further step begins. */
  stop(): void {
    this.#isStopped = true;
  }

  async #work({ entry, source }: FoundModel): Promise<void> {
    const tell = (state: NeighborState): unknown => this.#states.set(entry.id, state);
    const { configuration } = this.#data;
    const file = this.#fileOf(source);
    let progress = { done: 0, total: this.#data.splits.train.labels.length };
    try {
      for (let isFirst = true; !this.#isStopped; isFirst = false) {
        progress = await this.#compute.ask("advance", { model: source, configuration, file, isFirst });
        if (progress.done === progress.total) return void tell({ state: "ready", ...progress });
        tell({ state: "working", ...progress });
      }
    } catch (error) {
      tell({ state: "failed", ...progress, message: lineOf(error as Error) });
    }
  }

  /** Other weights have other features. */
  #fileOf({ path }: ModelSource): string {
    const key = createHash("sha256").update(versionOf(path)).digest("hex");
    return join(this.#folder, `${key.slice(0, 24)}.safetensors`);
  }
}

/** Beside the pictures; where nothing may be written there, among what this person's programs keep. */
function folderFor({ root }: OpenData, readOnly: boolean): string {
  const kept = createHash("sha256")
    .update(resolve(root ?? "."))
    .digest("hex")
    .slice(0, 16);
  const elsewhere = join(cacheFolder(), "studio", kept, "features");
  if (root === undefined || readOnly) return elsewhere;
  const beside = join(besideOf(root), "features");
  try {
    mkdirSync(beside, { recursive: true });
    accessSync(beside, constants.W_OK);
    return beside;
  } catch {
    return elsewhere;
  }
}

function lineOf(error: Error): string {
  if (!(error instanceof ClassifierTrainingError)) return error.message;
  return error.toLine().slice(0, -` [${error.code}]`.length);
}

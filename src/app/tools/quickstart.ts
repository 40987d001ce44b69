// The quickstart: renders sample pictures, trains on them, exports, tests, classifies a few of them.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ComponentRegistry } from "../../config/index.ts";
import type { RunSummary } from "../../report/index.ts";
import { renderJerseyNumbers } from "../../samples/index.ts";
import { configureRun } from "../run/configuration.ts";
import type { RunFolder } from "../run/run-folder.ts";
import { train } from "../run/train.ts";
import { type PicturePrediction, predict } from "./predict.ts";

/** Where everything goes, and what differs from the shipped configuration. */
export interface QuickstartRequest {
  /** Folder for the pictures and the run. */
  readonly folder: string;
  /** Further settings, such as `trainer.max_epochs=5`. */
  readonly overrides: readonly string[];
  readonly registry: ComponentRegistry;
  readonly signal: AbortSignal;
  readonly write: (line: string) => void;
}

/** What the quickstart leaves behind. */
export interface QuickstartResult {
  readonly run: RunFolder;
  readonly summary: RunSummary;
  /** Folder of the sample pictures. */
  readonly pictures: string;
  /** A few test pictures with what the exported model says; empty where the run was interrupted. */
  readonly predictions: readonly PicturePrediction[];
}

/** Everything from no pictures to predictions. Pictures that are there already are used again. */
export async function quickstart(request: QuickstartRequest): Promise<QuickstartResult> {
  const { folder, overrides, registry, signal, write } = request;
  const root = join(folder, "jersey-numbers");
  const set = await renderJerseyNumbers({ root });
  write(`${set.reused ? "found" : "rendered"} ${set.pictures} sample pictures in ${root}`);
  const run = await configureRun({
    overrides: [
      "experiment=quickstart",
      `data.root='${root}'`,
      `hydra.run.dir='${join(folder, "run")}/\${now:%Y-%m-%d_%H-%M-%S}'`,
      ...overrides,
    ],
  });
  const summary = await train(run, { registry, signal, write });
  const predictions: PicturePrediction[] = [];
  if (summary.export !== undefined) {
    const pictures = summary.classes.map((name) => join(root, "test", name));
    for await (const prediction of predict({
      model: run.folder.modelFile,
      pictures: await firstOf(pictures),
      topK: 2,
    })) {
      predictions.push(prediction);
    }
  }
  return { run: run.folder, summary, pictures: root, predictions };
}

/** The first picture of each folder, in the order of names. */
async function firstOf(folders: readonly string[]): Promise<string[]> {
  return Promise.all(folders.map(async (folder) => join(folder, (await readdir(folder)).sort()[0]!)));
}

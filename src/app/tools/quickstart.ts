// The quickstart: renders sample pictures, trains on them, exports, tests, classifies a few of them.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ComponentRegistry } from "../../config/index.ts";
import type { TaskName } from "../../core/index.ts";
import type { RunSummary } from "../../report/index.ts";
import { type RenderedSet, renderJerseyNumbers, renderShirts } from "../../samples/index.ts";
import { configureRun } from "../run/configuration.ts";
import type { RunFolder } from "../run/run-folder.ts";
import { train } from "../run/train.ts";
import { type PicturePrediction, predict } from "./predict.ts";

/** Where everything goes, and what differs from the shipped configuration. */
export interface QuickstartRequest {
  /** Folder for the pictures and the run. */
  readonly folder: string;
  /** Jersey numbers, one a picture, or shirts with several labels; default `multi_class`. */
  readonly task?: TaskName;
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

/** The sample pictures of a task, and how they are trained on. */
interface Samples {
  /** Name of their folder. */
  readonly name: string;
  readonly experiment: string;
  /** Renders them; the setting that names them to the data module. */
  render(root: string): Promise<{ readonly set: RenderedSet; readonly setting: string }>;
  /** Test pictures to show predictions of. */
  shown(root: string, classes: readonly string[]): Promise<string[]>;
}

const SAMPLES: Readonly<Record<TaskName, Samples>> = {
  multi_class: {
    name: "jersey-numbers",
    experiment: "quickstart",
    render: async (root) => ({ set: await renderJerseyNumbers({ root }), setting: `data.root='${root}'` }),
    shown: async (root, classes) =>
      (await Promise.all(classes.map((name) => firstOf(join(root, "test", name), 1)))).flat(),
  },
  multi_label: {
    name: "shirts",
    experiment: "quickstart_multi_label",
    render: async (root) => {
      const set = await renderShirts({ root });
      return { set, setting: `data.file='${set.table}'` };
    },
    shown: (root) => firstOf(join(root, "test"), 12),
  },
};

/** Everything from no pictures to predictions. Pictures that are there already are used again. */
export async function quickstart(request: QuickstartRequest): Promise<QuickstartResult> {
  const { folder, overrides, registry, signal, write, task = "multi_class" } = request;
  const samples = SAMPLES[task];
  const root = join(folder, samples.name);
  const { set, setting } = await samples.render(root);
  write(`${set.reused ? "found" : "rendered"} ${set.pictures} sample pictures in ${root}`);
  const run = await configureRun({
    overrides: [
      `experiment=${samples.experiment}`,
      setting,
      `hydra.run.dir='${join(folder, "run")}/\${now:%Y-%m-%d_%H-%M-%S}'`,
      ...overrides,
    ],
  });
  const summary = await train(run, { registry, signal, write });
  const predictions: PicturePrediction[] = [];
  if (summary.export !== undefined) {
    const pictures = await samples.shown(root, summary.classes);
    for await (const prediction of predict({ model: run.folder.modelFile, pictures }))
      predictions.push(prediction);
  }
  return { run: run.folder, summary, pictures: root, predictions };
}

/** The first pictures of a folder, in the order of names. */
async function firstOf(folder: string, count: number): Promise<string[]> {
  return (await readdir(folder))
    .sort()
    .slice(0, count)
    .map((name) => join(folder, name));
}

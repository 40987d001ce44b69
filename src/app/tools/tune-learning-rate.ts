// Finds a learning rate for a configuration: a range test with its curve, table and suggestion in a folder of its own.
import { join } from "node:path";
import type { ComponentRegistry } from "../../config/index.ts";
import { writeCsv } from "../../core/index.ts";
import { writeDurably } from "../../platform/index.ts";
import { curvesPicture, renderPng } from "../../plots/index.ts";
import type { Collective } from "../../runtime/collective.ts";
import {
  type LearningRateFinderOptions,
  learningRateRangeTest,
  onMainProcess,
  type RangeTestPoint,
  strategyOf,
  suggestLearningRate,
  Trainer,
} from "../../train/index.ts";
import { together } from "../processes/processes.ts";
import { threadsOfProcess } from "../processes/threads-of-process.ts";
import { type RunConfiguration, writeHydraFiles } from "../run/configuration.ts";
import { loadPretrained } from "../run/pretrained.ts";
import { RunParts, setUp } from "../run/run-parts.ts";
import { readSettings, validateRun } from "../run/settings.ts";
import { runtimeOf } from "../runtimes.ts";

/** The configuration to be tuned, and the range test's own options. */
export interface TuneLearningRateRequest extends Omit<LearningRateFinderOptions, "accumulate"> {
  readonly run: RunConfiguration;
  readonly registry: ComponentRegistry;
  /** Receives each line for the person who waits. */
  readonly write: (line: string) => void;
}

/** The rate where the loss falls fastest, and the curve it was read from. */
export interface LearningRateSuggestion {
  /** Undefined where the loss falls nowhere. */
  readonly suggestion: number | undefined;
  readonly points: readonly RangeTestPoint[];
  /** Where `lr_finder.png`, `.svg` and `.csv` lie. */
  readonly folder: string;
}

const REPORT_EVERY = 10;

/**
 * Trains a model of its own, from the weights that training would begin with; no run is touched. Processes that a launcher has
 * started take the steps together.
 */
export async function tuneLearningRate(request: TuneLearningRateRequest): Promise<LearningRateSuggestion> {
  return together(request.run, (run, collective) => tune({ ...request, run }, collective));
}

async function tune(
  request: TuneLearningRateRequest,
  collective: Collective,
): Promise<LearningRateSuggestion> {
  const { run, registry, write, ...options } = request;
  const tell = (line: string): void => {
    if (collective.rank === 0) write(line);
  };
  await validateRun(run.composition);
  const settings = readSettings(run.composition);
  const { runtime } = await runtimeOf(settings);
  const parts = new RunParts(run.composition, registry);
  const model = await parts.model();
  await using data = await parts.data(undefined, model);
  await setUp(model, data, parts);
  const threads = settings.trainer.threads ?? (await threadsOfProcess(collective));
  await using trainer = new Trainer(
    { ...settings.trainer, ...(threads === undefined ? {} : { threads }) },
    {
      runtime,
      collective,
      seed: settings.seed,
      optimizer: await parts.optimizer(),
      fineTuning: settings.fineTuning,
    },
  );
  const engine = await trainer.open(model);
  const weights = await loadPretrained(model, (_, line) => tell(line), options.signal);
  if (weights !== undefined) await engine.writeWeights(weights);
  const accumulate = settings.trainer.accumulateGradBatches ?? 1;
  const strategy = strategyOf(engine, model, collective);
  const tested = { ...options, accumulate, collective, strategy };
  const points = await learningRateRangeTest(engine, data, tested, (point, i) => {
    if ((i + 1) % REPORT_EVERY !== 0) return;
    tell(`step ${i + 1}  lr ${point.learningRate.toExponential(2)}  loss ${point.smoothed.toFixed(4)}`);
  });
  const suggestion = suggestLearningRate(points);
  await onMainProcess(collective, async () => {
    await run.folder.create();
    await writeHydraFiles(run);
    await writeCurve(run, points, suggestion, options.mode !== "linear");
  });
  return { suggestion, points, folder: run.folder.path };
}

async function writeCurve(
  { folder }: RunConfiguration,
  points: readonly RangeTestPoint[],
  suggestion: number | undefined,
  logarithmicX: boolean,
): Promise<void> {
  const smoothed = points.map(({ learningRate, smoothed: y }) => [learningRate, y] as const);
  const picture = await curvesPicture({
    title: "Learning-rate range test",
    xLabel: "learning rate",
    yLabel: "smoothed loss",
    logarithmicX,
    curves: [
      { name: "loss", points: smoothed },
      ...(suggestion === undefined
        ? []
        : [
            {
              name: `suggestion ${suggestion.toExponential(2)}`,
              points: smoothed.filter(([x]) => x === suggestion),
            },
          ]),
    ],
  });
  const rows = points.map(({ learningRate, loss, smoothed: y }, i) =>
    [i + 1, learningRate, loss, y].map(String),
  );
  await folder.write(
    join(folder.path, "lr_finder.csv"),
    writeCsv([["step", "learning_rate", "loss", "smoothed_loss"], ...rows]),
  );
  await folder.write(join(folder.path, "lr_finder.svg"), picture.svg);
  await writeDurably(join(folder.path, "lr_finder.png"), [await renderPng(picture, { scale: 2 })]);
}

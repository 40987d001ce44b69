// Runs one trial: a training, or one for each seed and fold, in the trial's own folder; goes on from its checkpoints.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ComponentRegistry, quoteText } from "../../config/index.ts";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { Outcome, Point, StudyObjective } from "../../search/index.ts";
import type { Metrics } from "../../train/index.ts";
import { composeRun } from "../run/configuration.ts";
import { RunFolder } from "../run/run-folder.ts";
import { train } from "../run/train.ts";
import { measureExport } from "./measured-objectives.ts";
import type { StudyJob } from "./study-job.ts";
import { type Curve, TrialCallback, type TrialHooks } from "./trial-callback.ts";
import { overridesOfPoint } from "./trial-overrides.ts";

/** A trial that a worker has. */
export interface TrialRun {
  readonly job: StudyJob;
  readonly objectives: readonly StudyObjective[];
  readonly number: number;
  readonly point: Point;
  readonly hooks: TrialHooks;
  /** Overrides of this worker, such as its share of the threads. */
  readonly own: readonly string[];
  readonly registry: ComponentRegistry;
  readonly signal: AbortSignal;
  readonly write: (line: string) => void;
}

/** How a trial ended; undefined: it was interrupted, and goes on from its checkpoint. */
export async function runTrial(trial: TrialRun): Promise<Outcome | undefined> {
  const trainings = trainingsOf(trial.job);
  const done: TrainingResult[] = [];
  for (const training of trainings) {
    const hooks: TrialHooks = {
      report: (step, value) => trial.hooks.report(step, mean([...valuesAt(done, step), value])),
    };
    const ended = await runTraining({ ...trial, hooks }, training);
    if (ended === undefined || "state" in ended) return ended;
    done.push(ended);
  }
  const means = trial.objectives.map((_, i) => mean(done.map(({ objectives }) => objectives[i]!)));
  return { state: "completed", values: means };
}

/** What a training of a trial came to. */
interface TrainingResult {
  readonly objectives: readonly number[];
  readonly curve: Curve;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** What trainings had at a step; of those that have ended before it, what they had last. */
const valuesAt = (trainings: readonly TrainingResult[], step: number): number[] =>
  trainings.flatMap(({ curve }) => curve.findLast(([at]) => at <= step)?.[1] ?? []);

interface Training {
  /** Folder within the trial's; empty: the trial's own. */
  readonly name: string;
  readonly overrides: readonly string[];
}

/** One for each seed and fold; the trial itself where neither is asked for. */
function trainingsOf({ seeds, folds }: StudyJob): Training[] {
  const ofSeeds = (seeds ?? [undefined]).map((seed) => (seed === undefined ? [] : [`seed=${seed}`]));
  const ofFolds = folds === null ? [[]] : Array.from({ length: folds }, (_, fold) => [`data.fold=${fold}`]);
  return ofSeeds.flatMap((seed) =>
    ofFolds.map((fold) => ({
      name: [...seed, ...fold].join(",").replaceAll("data.", ""),
      overrides: [...seed, ...(folds === null ? [] : [`data.folds=${folds}`]), ...fold],
    })),
  );
}

/** What one training came to, or how the trial ends with it. */
async function runTraining(
  { job, objectives, number, point, hooks, own, registry, signal, write }: TrialRun,
  { name, overrides }: Training,
): Promise<TrainingResult | Outcome | undefined> {
  const folder = new RunFolder(join(job.folder, String(number), name));
  const kept = join(folder.path, "objectives.json");
  // A trial that goes on does not repeat the trainings that it has done.
  if (existsSync(kept)) return readResult(await readFile(kept, "utf8"));
  const words = [...job.fixed, ...overridesOfPoint(job, point), ...overrides, ...own];
  const composition = await composeRun({
    ...job.configuration,
    overrides: [...words, `hydra.run.dir=${quoteText(folder.path, "'")}`],
  });
  const callback = new TrialCallback(objectives, hooks);
  const checkpoint = existsSync(folder.lastCheckpoint) ? folder.lastCheckpoint : undefined;
  const summary = await train(
    { composition, folder, checkpoint, warnings: [] },
    { registry, signal, write, callbacks: [callback], isGivenUp: () => callback.isGivenUp },
  );
  if (callback.isGivenUp) return { state: "pruned", reason: summary.reason ?? "given up" };
  if (summary.status === "interrupted") return undefined;
  const known = { ...summary.metrics, ...callback.best };
  const values: number[] = [];
  for (const { metric } of objectives) values.push(await objectiveOf(folder, metric, known));
  const result: TrainingResult = { objectives: values, curve: callback.curve };
  await folder.write(kept, JSON.stringify(result));
  return result;
}

/** JSON has no numbers that are not finite: they are written as null. */
function readResult(text: string): TrainingResult {
  const finite = (value: number | null): number => value ?? Number.NaN;
  const { objectives, curve } = JSON.parse(text) as {
    objectives: (number | null)[];
    curve: [number, number | null][];
  };
  return {
    objectives: objectives.map(finite),
    curve: curve.map(([step, value]) => [step, finite(value)]),
  };
}

async function objectiveOf(folder: RunFolder, metric: string, known: Metrics): Promise<number> {
  const value = known[metric] ?? (await measureExport(folder, metric));
  if (value !== undefined) return value;
  throw new ClassifierTrainingError("usage", "MONITOR", `nothing was logged as ${metric}`, {
    where: "search.objectives",
    hint: `there are ${Object.keys(known).join(", ")}`,
  });
}

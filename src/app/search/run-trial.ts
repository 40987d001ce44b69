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
import { TrialCallback, type TrialHooks } from "./trial-callback.ts";
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
  const values: number[][] = [];
  for (const [index, training] of trainings.entries()) {
    const ended = await runTraining(trial, training, index === 0);
    if (!Array.isArray(ended)) return ended;
    values.push(ended);
  }
  const means = trial.objectives.map(
    (_, i) => values.reduce((sum, each) => sum + each[i]!, 0) / values.length,
  );
  return { state: "completed", values: means };
}

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

/** The objectives of one training, or how the trial ends with it. */
async function runTraining(
  { job, objectives, number, point, hooks, own, registry, signal, write }: TrialRun,
  { name, overrides }: Training,
  isFirst: boolean,
): Promise<number[] | Outcome | undefined> {
  const folder = new RunFolder(join(job.folder, String(number), name));
  const kept = join(folder.path, "objectives.json");
  // A trial that goes on does not repeat the trainings that it has done.
  if (existsSync(kept)) return (JSON.parse(await readFile(kept, "utf8")) as (number | null)[]).map(finite);
  const words = [...job.fixed, ...overridesOfPoint(job, point), ...overrides, ...own];
  const composition = await composeRun({
    ...job.configuration,
    overrides: [...words, `hydra.run.dir=${quoteText(folder.path, "'")}`],
  });
  const callback = new TrialCallback(objectives, isFirst ? hooks : undefined);
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
  await folder.write(kept, JSON.stringify(values));
  return values;
}

const finite = (value: number | null): number => value ?? Number.NaN;

async function objectiveOf(folder: RunFolder, metric: string, known: Metrics): Promise<number> {
  const value = known[metric] ?? (await measureExport(folder, metric));
  if (value !== undefined) return value;
  throw new ClassifierTrainingError("usage", "MONITOR", `nothing was logged as ${metric}`, {
    where: "search.objectives",
    hint: `there are ${Object.keys(known).join(", ")}`,
  });
}

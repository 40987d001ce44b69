// Writes the page of a study into its folder.
import { join, relative } from "node:path";
import { writeDurably } from "../../platform/index.ts";
import { renderStudy, type StudyReport } from "../../report/index.ts";
import { parameterImportance, type StoredTrial, type StudyDefinition } from "../../search/index.ts";
import { openStudy, type StudyReference } from "./open-study.ts";
import type { StudyJob } from "./study-job.ts";
import { bestTrials } from "./study-table.ts";
import { trainCommandOf } from "./trial-overrides.ts";

/** Writes `study.html`. @returns its path, relative to the working directory */
export async function writeStudyPage(reference: StudyReference): Promise<string> {
  const { folder, report } = await readStudy(reference);
  const path = join(folder, "study.html");
  await writeDurably(path, [new TextEncoder().encode(renderStudy(report))]);
  return relative(process.cwd(), path);
}

/** What the page of a study shows, as the study stands, and the study's folder. */
export async function readStudy(
  reference: StudyReference,
): Promise<{ readonly folder: string; readonly report: StudyReport }> {
  await using opened = await openStudy(reference);
  const { store, study } = opened;
  const { folder } = study.definition.job as StudyJob;
  return { folder, report: reportOf(study.name, study.definition, await store.trials(study.name)) };
}

function reportOf(name: string, definition: StudyDefinition, trials: readonly StoredTrial[]): StudyReport {
  const { objectives, space } = definition;
  const job = definition.job as StudyJob;
  return {
    name,
    objectives: objectives.map(({ metric, direction }) => ({ metric, maximize: direction === "maximize" })),
    settings: space.map((parameter) => ({
      name: parameter.name,
      choices: parameter.kind === "choice" ? parameter.choices : undefined,
      log: parameter.kind === "number" && parameter.log,
    })),
    trials: trials.map((trial) => ({
      number: trial.number,
      state: trial.state,
      settings: trial.point,
      values: trial.values,
      curve: trial.reports,
      seconds: trial.ended === undefined ? undefined : (trial.ended - trial.started) / 1000,
      reason: trial.reason,
      command: trainCommandOf(job, trial.point),
    })),
    best: bestTrials(definition, trials).map(({ number }) => number),
    importance: parameterImportance(space, trials),
    importanceMethod:
      "permutation importance on a random forest of 128 trees, on the trials that each tree has not seen",
    sampler: job.sampler.name,
    pruner: job.pruner.name,
  };
}

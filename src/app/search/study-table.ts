// A study as text: the best trial as a command, a table of all, and a CSV file for other programs.
import { join } from "node:path";
import { formatTable, writeCsv } from "../../core/index.ts";
import {
  bestTrial,
  paretoFront,
  type StoredTrial,
  type StudyDefinition,
  shortWorker,
} from "../../search/index.ts";
import type { StudyJob } from "./study-job.ts";
import { trainCommandOf } from "./trial-overrides.ts";

/** The trials that are best: one, or of several objectives all that no other one beats in each. */
export function bestTrials(definition: StudyDefinition, trials: readonly StoredTrial[]): StoredTrial[] {
  const directions = definition.objectives.map(({ direction }) => direction);
  const best = directions.length > 1 ? paretoFront(trials, directions) : [bestTrial(trials, directions[0]!)];
  return best.filter((trial) => trial !== undefined) as StoredTrial[];
}

/** What `search show` prints. */
export function describeStudy(
  name: string,
  definition: StudyDefinition,
  trials: readonly StoredTrial[],
): string {
  const job = definition.job as StudyJob;
  const counts = (["completed", "pruned", "failed", "running", "waiting"] as const)
    .map((state) => [state, trials.filter((trial) => trial.state === state).length] as const)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  const { objectives, space } = definition;
  const goals = objectives.map(({ metric, direction }) => `${direction} ${metric}`).join(", ");
  const names = space.map((parameter) => parameter.name);
  const rows = trials.map((trial) => [
    String(trial.number),
    trial.state,
    ...objectives.map((_, i) => numberText(trial.values?.[i])),
    String(trial.reports.at(-1)?.[0] ?? "-"),
    ...names.map((key) => valueText(trial.point[key])),
  ]);
  const table = formatTable(
    ["trial", "state", ...objectives.map(({ metric }) => metric), "epochs", ...names],
    rows,
  );
  const best = bestTrials(definition, trials).flatMap((trial) => [
    `best: trial ${trial.number} (${objectives.map(({ metric }, i) => `${metric} ${numberText(trial.values?.[i])}`).join(", ")}) in ${join(job.folder, String(trial.number))}`,
    `  ${trainCommandOf(job, trial.point)}`,
  ]);
  return [`study ${name}: ${goals}; ${counts.join(", ") || "no trials yet"}`, table, ...best].join("\n");
}

/** One row for each trial; reports stand in columns of their own, `epoch 1` and so on. */
export function studyCsv(definition: StudyDefinition, trials: readonly StoredTrial[]): string {
  const { objectives, space } = definition;
  const steps = Math.max(0, ...trials.map(({ reports }) => reports.at(-1)?.[0] ?? 0));
  const epochs = Array.from({ length: steps }, (_, i) => i + 1);
  const header = [
    ...["trial", "state", ...objectives.map(({ metric }) => metric)],
    ...space.map(({ name }) => name),
    ...["started", "ended", "worker", "deaths", "reason", ...epochs.map((epoch) => `epoch ${epoch}`)],
  ];
  const time = (at: number | undefined): string => (at === undefined ? "" : new Date(at).toISOString());
  const rows = trials.map((trial) => [
    ...[String(trial.number), trial.state, ...objectives.map((_, i) => String(trial.values?.[i] ?? ""))],
    ...space.map(({ name }) => String(trial.point[name] ?? "")),
    ...[
      time(trial.started),
      time(trial.ended),
      shortWorker(trial.worker),
      String(trial.deaths),
      trial.reason ?? "",
    ],
    ...epochs.map((epoch) => String(trial.reports.find(([step]) => step === epoch)?.[1] ?? "")),
  ]);
  return writeCsv([header, ...rows]);
}

const numberText = (value: number | undefined): string =>
  value === undefined ? "-" : String(Number(value.toPrecision(5)));

const valueText = (value: number | string | undefined): string =>
  typeof value === "number" ? numberText(value) : (value ?? "-");

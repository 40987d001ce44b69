// Compares samplers and pruners, beside Optuna where its figures are given:
// `npx tsx bench/search/samplers.ts [optuna.json] [seeds: 30]`, with what bench/peers/search_optuna.py has printed.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { firstRung, prunerOf, type SearchSettings } from "../../src/app/search/search-settings.ts";
import {
  type Parameter,
  type Point,
  type Pruner,
  RandomSampler,
  type Sampler,
  TPESampler,
  type Trial,
} from "../../src/search/index.ts";
import { OBJECTIVES, type Objective } from "./objectives.ts";

const [optunaFile, givenSeeds = "30"] = process.argv.slice(2);
const SEEDS = Number(givenSeeds);
const TRIALS = 100;

interface Recorded {
  readonly epochs: number;
  readonly parameters: readonly string[];
  readonly trainings: readonly {
    readonly settings: readonly (number | string)[];
    readonly accuracy: readonly number[];
  }[];
}

const defaults = parse(
  readFileSync(new URL("../../conf/search/default.yaml", import.meta.url), "utf8"),
) as SearchSettings;
const recorded = JSON.parse(readFileSync(new URL("trainings.json", import.meta.url), "utf8")) as Recorded;

/** The recorded trainings as a space: numbers by their place among the values, names as choices. */
function recordedSpace(): { space: Parameter[]; curve: (point: Point) => readonly number[] } {
  const values = recorded.parameters.map((_, i) =>
    [...new Set(recorded.trainings.map(({ settings }) => settings[i]!))].sort((a, b) =>
      typeof a === "number" ? a - Number(b) : String(a).localeCompare(String(b)),
    ),
  );
  const curves = new Map(
    recorded.trainings.map(({ settings, accuracy }) => [JSON.stringify(settings), accuracy]),
  );
  const space = recorded.parameters.map(
    (name, i): Parameter =>
      typeof values[i]![0] === "string"
        ? { kind: "choice", name, choices: values[i]!.map(String), condition: undefined }
        : {
            kind: "number",
            name,
            low: 0,
            high: values[i]!.length - 1,
            log: false,
            step: 1,
            integer: true,
            condition: undefined,
          },
  );
  const curve = (point: Point): readonly number[] => {
    const settings = recorded.parameters.map((name, i) => {
      const chosen = point[name]!;
      return typeof chosen === "number" ? values[i]![chosen]! : chosen;
    });
    return curves.get(JSON.stringify(settings))!;
  };
  return { space, curve };
}

const table = recordedSpace();
const objectives: readonly Objective[] = [
  ...OBJECTIVES,
  { name: "recorded", space: table.space, value: (point) => 1 - Math.max(...table.curve(point)) },
];

/** The best value after half of the trials, and after all. */
function reached({ space, value }: Objective, sampler: Sampler): [number, number] {
  const trials: Trial[] = [];
  for (let number = 0; number < TRIALS; number++) {
    const point = sampler.sample({ space, directions: ["minimize"], number, trials })!;
    trials.push({ number, state: "completed", point, values: [value(point)], reports: [] });
  }
  const values = trials.map((trial) => trial.values![0]!);
  return [Math.min(...values.slice(0, TRIALS / 2)), Math.min(...values)];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

/** One-sided Mann-Whitney test that `a` is smaller than `b`, by the normal approximation with ties. */
function probability(a: readonly number[], b: readonly number[]): number {
  const wins = a.reduce((sum, x) => sum + b.reduce((own, y) => own + (x < y ? 1 : x === y ? 0.5 : 0), 0), 0);
  const all = [...a, ...b];
  const ties = [...new Set(all)].reduce((sum, value) => {
    const count = all.filter((each) => each === value).length;
    return sum + count ** 3 - count;
  }, 0);
  const n = all.length;
  const deviation = Math.sqrt(((a.length * b.length) / 12) * (n + 1 - ties / (n * (n - 1))));
  const z = (wins - (a.length * b.length) / 2) / deviation;
  // Abramowitz and Stegun 26.2.17.
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z > 0 ? tail : 1 - tail;
}

/** Epochs that trials need with a pruner and without, and the best accuracies of those that have completed. */
function pruning(
  sampler: Sampler,
  pruner: Pruner,
): { epochs: number; all: number; best: number; bestOfAll: number } {
  const trials: Trial[] = [];
  let [epochs, all, best, bestOfAll] = [0, 0, 0, 0];
  for (let number = 0; number < TRIALS; number++) {
    const point = sampler.sample({ space: table.space, directions: ["maximize"], number, trials })!;
    const curve = table.curve(point);
    const reports: [number, number][] = [];
    let state: Trial["state"] = "completed";
    for (const [i, value] of curve.entries()) {
      reports.push([i + 1, value]);
      epochs++;
      const trial: Trial = { number, state: "running", point, values: undefined, reports };
      if (!pruner.prunes(trial, [...trials, trial], "maximize")) continue;
      state = "pruned";
      break;
    }
    const values = state === "completed" ? [Math.max(...curve)] : undefined;
    trials.push({ number, state, point, values, reports });
    all += curve.length;
    best = Math.max(best, ...(values ?? []));
    bestOfAll = Math.max(bestOfAll, ...curve);
  }
  return { epochs, all, best, bestOfAll };
}

const optuna = optunaFile === undefined ? undefined : JSON.parse(readFileSync(optunaFile, "utf8"));
const seeds = Array.from({ length: SEEDS }, (_, seed) => seed);
const samplers = objectives.map((objective) => {
  const tpe = seeds.map((seed) => reached(objective, new TPESampler({ seed })));
  const random = seeds.map((seed) => reached(objective, new RandomSampler({ seed })));
  const at = (which: 0 | 1): object => {
    const values = (runs: readonly [number, number][]): number[] => runs.map((run) => run[which]);
    const peer = optuna?.results[objective.name]?.tpe as [number, number][] | undefined;
    return {
      tpe: median(values(tpe)),
      random: median(values(random)),
      ...(peer === undefined ? {} : { optuna_tpe: median(values(peer)) }),
      p_tpe_not_better_than_random: Number(probability(values(tpe), values(random)).toPrecision(2)),
    };
  };
  return { objective: objective.name, after_50_trials: at(0), after_100_trials: at(1) };
});
const pruners = (["asha", "median", "hyperband"] as const).flatMap((name) =>
  [RandomSampler, TPESampler].map((kind) => {
    // As they are shipped.
    const pruner = prunerOf({ ...defaults.pruner, name, min_epochs: firstRung(name, recorded.epochs) });
    const runs = seeds.map((seed) => pruning(new kind({ seed }), pruner));
    return {
      pruner: name,
      sampler: kind.name,
      share_of_epochs: median(runs.map(({ epochs, all }) => epochs / all)),
      same_best: runs.filter(({ best, bestOfAll }) => best === bestOfAll).length / SEEDS,
      best_accuracy: median(runs.map(({ best }) => best)),
      best_accuracy_without: median(runs.map(({ bestOfAll }) => bestOfAll)),
    };
  }),
);
const figures = { seeds: SEEDS, optuna: optuna?.optuna, samplers, pruners };
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);

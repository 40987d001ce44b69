// What the page of a study shows.

/** A setting that was searched over. */
export interface StudySetting {
  readonly name: string;
  /** Undefined: a number. */
  readonly choices: readonly string[] | undefined;
  readonly log: boolean;
}

/** A trial of the study. */
export interface StudyTrial {
  readonly number: number;
  readonly state: "waiting" | "running" | "completed" | "pruned" | "failed";
  readonly settings: Readonly<Record<string, number | string>>;
  /** One for each objective, where it is completed. */
  readonly values: readonly number[] | undefined;
  /** The first objective by epoch, from 1. */
  readonly curve: readonly (readonly [epoch: number, value: number])[];
  readonly seconds: number | undefined;
  readonly reason: string | undefined;
  /** The command that trains it again. */
  readonly command: string;
}

/** Everything on the page. */
export interface StudyReport {
  readonly name: string;
  readonly objectives: readonly { readonly metric: string; readonly maximize: boolean }[];
  readonly settings: readonly StudySetting[];
  readonly trials: readonly StudyTrial[];
  /** Numbers of the best trial, or of those on the Pareto front. */
  readonly best: readonly number[];
  /** Shares in 0..1, the largest first; empty where too little is known. */
  readonly importance: readonly { readonly name: string; readonly share: number }[];
  /** How the importance was found. */
  readonly importanceMethod: string;
  readonly sampler: string;
  readonly pruner: string;
}

/** Completed trials with a finite first objective. */
export const completed = (trials: readonly StudyTrial[]): StudyTrial[] =>
  trials.filter(({ state, values }) => state === "completed" && Number.isFinite(values?.[0]));

/** How good each completed trial is among them: the share of the others' values that its own is better than, 1 for the best. */
export function qualityOf(trials: readonly StudyTrial[], maximize: boolean): ReadonlyMap<number, number> {
  const done = completed(trials);
  const values = [...new Set(done.map((trial) => trial.values![0]!))].sort((a, b) =>
    maximize ? a - b : b - a,
  );
  const last = values.length - 1;
  return new Map(
    done.map(({ number, values: own }) => [number, last === 0 ? 1 : values.indexOf(own![0]!) / last]),
  );
}

/** In the order of drawing: the better above the worse, the best above all. */
export const bestLast = <T>(
  items: readonly T[],
  quality: (item: T) => number,
  isBest: (item: T) => boolean,
): T[] => items.toSorted((a, b) => Number(isBest(a)) - Number(isBest(b)) || quality(a) - quality(b));

/** Share of the full colour, in per cent: the worst is still seen. */
export const shade = (quality: number): number => Math.round(20 + 80 * quality);

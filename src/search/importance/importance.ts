// How much each parameter matters: permutation importance on a random forest, on the samples that a tree has not seen.
import { RandomStream } from "../../core/index.ts";
import type { Parameter, Space } from "../space/parameter.ts";
import type { Trial } from "../study/trial.ts";
import { growForest } from "./regression-forest.ts";

/** A parameter and its share of all importance, in 0..1. */
export interface Importance {
  readonly name: string;
  readonly share: number;
}

const TREES = 128;
/** Fewer trials say nothing. */
const FEWEST = 8;

/**
 * For each parameter the error that comes of mixing up its values in the samples that a tree was not grown on (Breiman
 * 2001), as a share of all. A parameter that does not exist in a trial has a value of its own there.
 * @returns most important first; empty where fewer than 8 trials are completed, or all are alike
 */
export function parameterImportance(space: Space, trials: readonly Trial[], objective = 0): Importance[] {
  const done = trials.filter(
    ({ state, values }) => state === "completed" && Number.isFinite(values?.[objective]),
  );
  if (done.length < FEWEST || space.length === 0) return [];
  const rows = done.map(({ point }) => space.map((parameter) => featureOf(parameter, point[parameter.name])));
  const targets = done.map(({ values }) => values![objective]!);
  const random = new RandomStream(0, "importance");
  const losses = new Array<number>(space.length).fill(0);
  for (const { predict, unseen } of growForest(rows, targets, TREES, random)) {
    const error = (at: (i: number) => readonly number[]): number =>
      unseen.reduce((sum, i) => sum + (predict(at(i)) - targets[i]!) ** 2, 0) / Math.max(1, unseen.length);
    const whole = error((i) => rows[i]!);
    space.forEach((_, feature) => {
      const mixed = [...random.permutation(unseen.length)].map((k) => rows[unseen[k]!]![feature]!);
      const place = new Map(unseen.map((i, k) => [i, mixed[k]!]));
      losses[feature]! += error((i) => rows[i]!.with(feature, place.get(i)!)) - whole;
    });
  }
  const gains = losses.map((loss) => Math.max(0, loss));
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  if (total <= 0) return [];
  return space.map(({ name }, i) => ({ name, share: gains[i]! / total })).sort((a, b) => b.share - a.share);
}

function featureOf(parameter: Parameter, value: number | string | undefined): number {
  if (parameter.kind === "choice") return value === undefined ? -1 : parameter.choices.indexOf(String(value));
  const lowest = parameter.log ? Math.log(parameter.low) : parameter.low;
  // Where it does not exist it lies outside of its bounds, so that one split tells.
  if (value === undefined) return lowest - 1e6;
  return parameter.log ? Math.log(Number(value)) : Number(value);
}

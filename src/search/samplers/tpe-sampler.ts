// The tree-structured Parzen estimator of Bergstra et al. (2011), multivariate, with a constant liar for parallel workers.
import { RandomStream } from "../../core/index.ts";
import {
  isActive,
  type Parameter,
  type Point,
  pointKey,
  pointOfShares,
  type Space,
} from "../space/parameter.ts";
import { paretoOrder } from "../study/pareto.ts";
import { compareValues, type Direction, type Trial } from "../study/trial.ts";
import { ParzenEstimator } from "./parzen-estimator.ts";
import type { SampleRequest, Sampler } from "./sampler.ts";

/** Optuna's options and defaults. */
export interface TPEOptions {
  readonly seed?: number;
  /** Trials that must have ended before densities are fitted; default 10. */
  readonly startupTrials?: number;
  /** Candidates of which the most promising is taken; default 24. */
  readonly candidates?: number;
  /** Trials that are running count as bad ones, so that workers do not crowd together; default true. */
  readonly constantLiar?: boolean;
}

/**
 * Unlike Optuna's: parameters of one condition are sampled jointly (its `group`), the first trials are spread evenly, and
 * a point that was chosen before is taken only where no candidate is new.
 */
export class TPESampler implements Sampler {
  readonly #options: Required<TPEOptions>;

  constructor({ seed = 0, startupTrials = 10, candidates = 24, constantLiar = true }: TPEOptions = {}) {
    this.#options = { seed, startupTrials, candidates, constantLiar };
  }

  sample({ space, directions, number, trials }: SampleRequest): Point {
    const { seed, startupTrials, constantLiar } = this.#options;
    const random = new RandomStream(seed, "search", [number, 0]);
    const ended = trials.filter(({ state }) => state === "completed" || state === "pruned");
    if (ended.length < startupTrials) return this.#spread(space, number, random);
    const good = goodTrials(ended, directions);
    const isGood = new Set(good.map((trial) => trial.number));
    const unsettled = ({ state }: Trial): boolean => state === "running" || state === "waiting";
    const bad = trials.filter(
      (trial) => !isGood.has(trial.number) && (ended.includes(trial) || (constantLiar && unsettled(trial))),
    );
    const seen = new Set(trials.map(({ point }) => pointKey(space, point)));
    let point: Point = {};
    for (const group of groupsOf(space)) {
      if (!isActive(group[0]!, point)) continue;
      const isLast = group.at(-1) === space.findLast((parameter) => isActive(parameter, point));
      const whole = (part: Point): string => pointKey(space, { ...point, ...part });
      const isNew = (part: Point): boolean => !isLast || !seen.has(whole(part));
      point = { ...point, ...this.#choose(group, good, bad, isNew, random) };
    }
    return point;
  }

  /** A point of a Latin hypercube: of so many in a row each has another part of every parameter's values. */
  #spread(space: Space, number: number, random: RandomStream): Point {
    const { seed, startupTrials } = this.#options;
    const [round, place] = [Math.floor(number / startupTrials), number % startupTrials];
    return pointOfShares(space, ({ name }) => {
      const parts = new RandomStream(seed, `search:${name}`, [round, 0]).permutation(startupTrials);
      return (parts[place]! + random.float()) / startupTrials;
    });
  }

  /** Of the candidates that the density of the good points gives, the one that is most typical of good against bad. */
  #choose(
    group: readonly Parameter[],
    good: readonly Trial[],
    bad: readonly Trial[],
    isNew: (part: Point) => boolean,
    random: RandomStream,
  ): Point {
    const estimatorOf = (trials: readonly Trial[]): ParzenEstimator =>
      new ParzenEstimator(group, pointsWith(group, trials));
    const [likely, unlikely] = [estimatorOf(good), estimatorOf(bad)];
    const candidates = Array.from({ length: this.#options.candidates }, () => {
      const part = likely.draw(random);
      return { part, score: likely.logDensity(part) - unlikely.logDensity(part) };
    });
    candidates.sort((a, b) => b.score - a.score);
    return (candidates.find(({ part }) => isNew(part)) ?? candidates[0]!).part;
  }
}

/** The best tenth of the trials, 25 at most: completed ones first, then those pruned late. In the order of numbers. */
function goodTrials(ended: readonly Trial[], directions: readonly Direction[]): Trial[] {
  const [direction = "minimize"] = directions;
  const completed = ended.filter(({ state }) => state === "completed");
  const order =
    directions.length > 1
      ? paretoOrder(
          completed.map(({ values }) => values!),
          directions,
        ).map((i) => completed[i]!)
      : completed.toSorted((a, b) => compareValues(a.values![0]!, b.values![0]!, direction));
  const pruned = ended
    .filter(({ state }) => state === "pruned")
    .sort((a, b) => {
      const [stepA, valueA] = a.reports.at(-1) ?? [-1, 0];
      const [stepB, valueB] = b.reports.at(-1) ?? [-1, 0];
      return stepB - stepA || compareValues(valueA, valueB, direction);
    });
  const count = Math.min(Math.ceil(ended.length / 10), 25);
  return [...order, ...pruned].slice(0, count).sort((a, b) => a.number - b.number);
}

/** Parameters that exist together, in the order of the space. */
function groupsOf(space: Space): Parameter[][] {
  const groups = new Map<string, Parameter[]>();
  for (const parameter of space) {
    const key = JSON.stringify(parameter.condition ?? null);
    groups.set(key, [...(groups.get(key) ?? []), parameter]);
  }
  return [...groups.values()];
}

/** The points of trials in which all of these exist. */
const pointsWith = (group: readonly Parameter[], trials: readonly Trial[]): Point[] =>
  trials.map(({ point }) => point).filter((point) => group.every(({ name }) => point[name] !== undefined));

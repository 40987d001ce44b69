import { expect, test } from "vitest";
import { RandomStream } from "../../core/index.ts";
import type { ChoiceParameter, NumberParameter, Point, Space } from "../space/parameter.ts";
import type { Trial } from "../study/trial.ts";
import { GridSampler, gridPoints } from "./grid-sampler.ts";
import { normalBelow, normalBetween, normalQuantile } from "./normal.ts";
import { ParzenEstimator } from "./parzen-estimator.ts";
import { RandomSampler } from "./random-sampler.ts";
import { TPESampler } from "./tpe-sampler.ts";

const number = (name: string, more: Partial<NumberParameter> = {}): NumberParameter => ({
  kind: "number",
  name,
  low: 0,
  high: 1,
  log: false,
  step: undefined,
  integer: false,
  condition: undefined,
  ...more,
});
const choice = (name: string, choices: string[], more: Partial<ChoiceParameter> = {}): ChoiceParameter => ({
  kind: "choice",
  name,
  choices,
  condition: undefined,
  ...more,
});

const SPACE: Space = [
  choice("model", ["small", "large"]),
  number("rate", { low: 1e-5, high: 1e-1, log: true }),
  number("batch", { low: 1, high: 64, log: true, step: 1, integer: true }),
  number("drop", { high: 0.5, step: 0.1 }),
  number("depth", {
    low: 2,
    high: 4,
    step: 1,
    integer: true,
    condition: { parameter: "model", values: ["large"] },
  }),
];

/** Runs a study by itself. */
function search(
  sampler: { sample: TPESampler["sample"] },
  space: Space,
  count: number,
  value: (point: Point) => number,
) {
  const trials: Trial[] = [];
  for (let n = 0; n < count; n++) {
    const point = sampler.sample({ space, directions: ["minimize"], number: n, trials })!;
    trials.push({ number: n, state: "completed", point, values: [value(point)], reports: [] });
  }
  return trials;
}

const loss = ({ model, rate, drop, depth }: Point): number =>
  (Math.log10(Number(rate)) + 3) ** 2 + Number(drop) + (model === "large" ? Number(depth) - 2.5 : 0);

test.each([
  ["random", new RandomSampler({ seed: 3 })],
  ["tpe", new TPESampler({ seed: 3 })],
])("%s keeps bounds, steps and conditions", (_, sampler) => {
  for (const { point } of search(sampler, SPACE, 60, loss)) {
    const { model, rate, batch, drop, depth } = point;
    expect(["small", "large"]).toContain(model);
    expect(rate).toBeGreaterThanOrEqual(1e-5);
    expect(rate).toBeLessThanOrEqual(0.1);
    expect([...Array(64).keys()].map((i) => i + 1)).toContain(batch);
    expect([0, 0.1, 0.2, 0.3, 0.4, 0.5]).toContain(drop);
    expect(model === "large" ? [2, 3, 4] : [undefined]).toContain(depth);
  }
});

test("a point depends on seed, number and history alone", () => {
  const first = search(new TPESampler({ seed: 1 }), SPACE, 30, loss);
  expect(search(new TPESampler({ seed: 1 }), SPACE, 30, loss)).toEqual(first);
  expect(search(new TPESampler({ seed: 2 }), SPACE, 30, loss)).not.toEqual(first);
  const last = { space: SPACE, directions: ["minimize"] as const, number: 29, trials: first.slice(0, 29) };
  expect(new TPESampler({ seed: 1 }).sample(last)).toEqual(first[29]!.point);
  const random = new RandomSampler({ seed: 1 });
  expect(random.sample({ space: SPACE, number: 7 })).toEqual(random.sample({ space: SPACE, number: 7 }));
});

test("TPE comes nearer than random, and learns which branch is better", () => {
  const best = (trials: readonly Trial[]): number => Math.min(...trials.map(({ values }) => values![0]!));
  const large: Trial[] = [];
  let wins = 0;
  for (let seed = 0; seed < 8; seed++) {
    const tpe = search(new TPESampler({ seed }), SPACE, 60, loss);
    const random = search(new RandomSampler({ seed }) as never, SPACE, 60, loss);
    if (best(tpe) < best(random)) wins++;
    if (best(tpe) < best(random)) wins++;
    large.push(...tpe.slice(30).filter(({ point }) => point.model === "large"));
  }
  expect(wins).toBeGreaterThanOrEqual(6);
  expect(large.filter(({ point }) => point.depth === 2).length).toBeGreaterThan(large.length / 2);
});

test("the constant liar keeps workers apart", () => {
  const space = [number("x")];
  const trials = search(new TPESampler({ seed: 5 }), space, 30, ({ x }) => (Number(x) - 0.5) ** 2);
  const spread = (constantLiar: boolean): number => {
    const running: Trial[] = [];
    for (let n = 30; n < 40; n++) {
      const request = {
        space,
        directions: ["minimize"] as const,
        number: n,
        trials: [...trials, ...running],
      };
      const point = new TPESampler({ seed: 5, constantLiar }).sample(request)!;
      running.push({ number: n, state: "running", point, values: undefined, reports: [] });
    }
    const points = running.map(({ point }) => Number(point.x));
    return Math.max(...points) - Math.min(...points);
  };
  expect(spread(true)).toBeGreaterThan(spread(false));
});

test("where values are few, no point is tried twice before nearly all were", () => {
  const space = [choice("a", ["1", "2", "3", "4"]), number("b", { high: 3, step: 1, integer: true })];
  const trials = search(new TPESampler(), space, 16, ({ a, b }) => Number(a) + Number(b));
  expect(new Set(trials.map(({ point }) => JSON.stringify(point))).size).toBeGreaterThanOrEqual(14);
});

test("of several objectives those are good that no other one dominates", () => {
  const space = [number("x"), number("y")];
  const directions = ["minimize", "minimize"] as const;
  const trials: Trial[] = Array.from({ length: 40 }, (_, n) => {
    const point = new RandomSampler({ seed: 9 }).sample({ space, number: n });
    const [x, y] = [Number(point.x), Number(point.y)];
    return { number: n, state: "completed", point, values: [x + y, x - y + 2 * y ** 2], reports: [] };
  });
  const xs = Array.from({ length: 30 }, (_, seed) =>
    Number(new TPESampler({ seed }).sample({ space, directions, number: 40, trials })!.x),
  );
  expect(xs.reduce((sum, x) => sum + x, 0) / 30).toBeLessThan(0.3);
});

test("a grid has every combination once, conditions kept, and ends", () => {
  const space = [choice("model", ["small", "large"]), SPACE[3]!, SPACE[4]!];
  const points = [...gridPoints(space)];
  expect(points).toHaveLength(6 + 6 * 3);
  expect(new GridSampler().sample({ space, number: 3 })).toEqual({ model: "small", drop: 0.3 });
  expect(new GridSampler().sample({ space, number: 24 })).toBeUndefined();
  expect(() => new GridSampler().sample({ space: SPACE, number: 0 })).toThrow(/infinitely many/);
});

test("the normal distribution, against the digits of tables", () => {
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14);
  expect(normalQuantile(1e-10)).toBeCloseTo(-6.361340902404056, 12);
  expect(normalQuantile(0.3)).toBeCloseTo(-0.5244005127080407, 14);
  for (const share of [1e-300, 1e-20, 0.01, 0.4, 0.77, 0.999])
    expect(normalBelow(normalQuantile(share)) / share).toBeCloseTo(1, 12);
  expect(normalBetween(8, 9) / 6.21983198586583e-16).toBeCloseTo(1, 9);
});

test("the density of TPE sums to one, for numbers, whole numbers and choices", () => {
  const estimator = (parameter: NumberParameter | ChoiceParameter, values: (number | string)[]) =>
    new ParzenEstimator(
      [parameter],
      values.map((value) => ({ [parameter.name]: value })),
    );
  const real = estimator(number("r", { low: 1, high: 100, log: true }), [2, 3, 50]);
  const parts = 20_000;
  let sum = 0;
  for (let i = 0; i < parts; i++) {
    // The density is one of the logarithm.
    const r = Math.exp(((i + 0.5) / parts) * Math.log(100));
    sum += (Math.exp(real.logDensity({ r })) * Math.log(100)) / parts;
  }
  expect(sum).toBeCloseTo(1, 6);
  const whole = estimator(number("n", { low: 1, high: 9, step: 1, integer: true, log: true }), [4, 4, 9]);
  const named = estimator(choice("c", ["a", "b", "c"]), ["a", "a", "c"]);
  const total = (of: ParzenEstimator, name: string, values: readonly (number | string)[]): number =>
    values.reduce<number>((all, value) => all + Math.exp(of.logDensity({ [name]: value })), 0);
  expect(total(whole, "n", [1, 2, 3, 4, 5, 6, 7, 8, 9])).toBeCloseTo(1, 12);
  expect(total(named, "c", ["a", "b", "c"])).toBeCloseTo(1, 12);
  const random = new RandomStream(0, "draws");
  const draws = Array.from({ length: 20_000 }, () => Number(whole.draw(random).n));
  expect(draws.filter((n) => n === 4).length / 20_000).toBeCloseTo(Math.exp(whole.logDensity({ n: 4 })), 1);
});

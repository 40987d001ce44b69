// What samplers are compared on: Branin, Hartmann-6, ten mixed parameters; the same stand in bench/peers/search_optuna.py.
import type { Parameter, Point, Space } from "../../src/search/index.ts";

/** A function to minimise. */
export interface Objective {
  readonly name: string;
  readonly space: Space;
  value(point: Point): number;
}

const real = (name: string, low: number, high: number, log = false): Parameter => ({
  kind: "number",
  name,
  low,
  high,
  log,
  step: undefined,
  integer: false,
  condition: undefined,
});
const whole = (name: string, low: number, high: number, log = false): Parameter => ({
  ...(real(name, low, high, log) as Extract<Parameter, { kind: "number" }>),
  step: 1,
  integer: true,
});
const choice = (name: string, ...choices: string[]): Parameter => ({
  kind: "choice",
  name,
  choices,
  condition: undefined,
});

const branin: Objective = {
  name: "branin",
  space: [real("x", -5, 10), real("y", 0, 15)],
  value: (point) => {
    const [x, y] = [Number(point.x), Number(point.y)];
    const bend = y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6;
    return bend * bend + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
  },
};

const A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const P = [
  [1312, 1696, 5569, 124, 8283, 5886],
  [2329, 4135, 8307, 3736, 1004, 9991],
  [2348, 1451, 3522, 2883, 3047, 6650],
  [4047, 8828, 8732, 5743, 1091, 381],
];
const ALPHA = [1, 1.2, 3, 3.2];

const hartmann: Objective = {
  name: "hartmann6",
  space: [0, 1, 2, 3, 4, 5].map((i) => real(`x${i}`, 0, 1)),
  value: (point) =>
    -ALPHA.reduce((sum, alpha, k) => {
      const power = A[k]!.reduce(
        (total, a, i) => total + a * (Number(point[`x${i}`]) - P[k]![i]! / 10_000) ** 2,
        0,
      );
      return sum + alpha * Math.exp(-power);
    }, 0),
};

/** As settings of a training are: rates in logarithms, sizes, shares and names, of which one changes what the others do. */
const mixed: Objective = {
  name: "mixed10",
  space: [
    real("rate", 1e-5, 1, true),
    real("decay", 1e-6, 1e-1, true),
    real("dropout", 0, 0.8),
    real("momentum", 0.5, 0.999),
    real("smoothing", 0, 0.3),
    real("warmup", 0, 1),
    whole("batch", 8, 512, true),
    whole("layers", 1, 12),
    choice("optimizer", "sgd", "adam", "rmsprop", "adagrad"),
    choice("schedule", "constant", "cosine", "step"),
  ],
  value: (point) => {
    const number = (name: string): number => Number(point[name]);
    const best = { sgd: -1, adam: -3, rmsprop: -3.5, adagrad: -2 }[String(point.optimizer)]!;
    const worse = { sgd: 0.1, adam: 0, rmsprop: 0.25, adagrad: 0.4 }[String(point.optimizer)]!;
    const flat = { constant: 0.3, cosine: 0, step: 0.12 }[String(point.schedule)]!;
    const rate = Math.log10(number("rate")) - best - 0.4 * Math.log10(number("batch") / 64);
    return (
      0.5 * rate ** 2 +
      0.08 * (Math.log10(number("decay")) + 3.5) ** 2 +
      2 * (number("dropout") - 0.25) ** 2 +
      3 * (number("momentum") - 0.9) ** 2 +
      6 * (number("smoothing") - 0.1) ** 2 +
      0.5 * (number("warmup") - 0.2) ** 2 +
      0.15 * Math.log2(number("batch") / 64) ** 2 * 0.2 +
      0.02 * (number("layers") - 6) ** 2 +
      worse +
      flat
    );
  },
};

/** Functions with a formula. */
export const OBJECTIVES: readonly Objective[] = [branin, hartmann, mixed];

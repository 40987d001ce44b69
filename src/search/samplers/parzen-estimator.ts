// The density that TPE fits to points: a mixture of one product of kernels for each point, and a wide one as the prior.
import type { RandomStream } from "../../core/index.ts";
import {
  axisOf,
  type ChoiceParameter,
  type NumberParameter,
  nearest,
  type Parameter,
  type Point,
} from "../space/parameter.ts";
import { normalBelow, normalBetween, normalQuantile } from "./normal.ts";

/** The kernels of one parameter, one for each point and the last for the prior. */
interface Kernels {
  draw(kernel: number, random: RandomStream): number | string;
  /** Logarithm of the density of a value under one kernel. */
  logDensity(kernel: number, value: number | string): number;
}

/** As Optuna's multivariate estimator with a prior of weight 1, magic clipping and no endpoints. */
export class ParzenEstimator {
  readonly #parameters: readonly Parameter[];
  readonly #kernels: readonly Kernels[];
  /** Of the kernels: they sum to one. */
  readonly #weights: readonly number[];

  /** @param points from the oldest to the newest, each with all of the parameters */
  constructor(parameters: readonly Parameter[], points: readonly Point[]) {
    this.#parameters = parameters;
    this.#kernels = parameters.map((parameter) => kernelsOf(parameter, points));
    const weights = [...recency(points.length), 1];
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    this.#weights = weights.map((weight) => weight / total);
  }

  draw(random: RandomStream): Point {
    let left = random.float();
    let kernel = 0;
    while (kernel < this.#weights.length - 1 && left >= this.#weights[kernel]!)
      left -= this.#weights[kernel++]!;
    return Object.fromEntries(
      this.#parameters.map(({ name }, i) => [name, this.#kernels[i]!.draw(kernel, random)]),
    );
  }

  logDensity(point: Point): number {
    const logs = this.#weights.map((weight, kernel) =>
      this.#parameters.reduce(
        (sum, { name }, i) => sum + this.#kernels[i]!.logDensity(kernel, point[name]!),
        Math.log(weight),
      ),
    );
    const most = Math.max(...logs);
    return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
  }
}

/** Weights of `count` points: the newest 25 count fully, older ones less and less. */
function recency(count: number): number[] {
  const fading = Math.max(0, count - 25);
  const slope = (1 - 1 / count) / Math.max(1, fading - 1);
  return Array.from({ length: count }, (_, i) => (i < fading ? 1 / count + i * slope : 1));
}

function kernelsOf(parameter: Parameter, points: readonly Point[]): Kernels {
  const values = points.map((point) => point[parameter.name]!);
  return parameter.kind === "choice"
    ? choiceKernels(parameter, values.map(String))
    : numberKernels(parameter, values.map(Number));
}

/** A kernel is the prior's share of each choice, and one more for the point's own. */
function choiceKernels({ choices }: ChoiceParameter, values: readonly string[]): Kernels {
  const count = values.length + 1;
  const share = (kernel: number, choice: string): number => {
    if (kernel === values.length || values.length === 0) return 1 / choices.length;
    const other = 1 / count;
    return (other + (values[kernel] === choice ? 1 : 0)) / (1 + choices.length * other);
  };
  return {
    draw: (kernel, random) => {
      let left = random.float();
      for (const choice of choices) {
        left -= share(kernel, choice);
        if (left < 0) return choice;
      }
      return choices.at(-1)!;
    },
    logDensity: (kernel, value) => Math.log(share(kernel, String(value))),
  };
}

/** Normal kernels that end at the bounds; as wide as the gaps to the neighbours. */
function numberKernels(parameter: NumberParameter, values: readonly number[]): Kernels {
  const { log, step } = parameter;
  const onAxis = (value: number): number => (log ? Math.log(value) : value);
  const [low, high] = axisOf(parameter);
  const centres = [...values.map(onAxis), (low + high) / 2];
  const widths = [...widthsOf(centres.slice(0, -1), low, high), high - low];
  const [from, to] = [low, high].map((end) => centres.map((centre, k) => (end - centre) / widths[k]!)) as [
    number[],
    number[],
  ];
  const masses = centres.map((_, k) => normalBetween(from[k]!, to[k]!));
  return {
    draw: (kernel, random) => {
      const share = normalBelow(from[kernel]!) + random.float() * masses[kernel]!;
      const at = Math.min(high, Math.max(low, centres[kernel]! + widths[kernel]! * normalQuantile(share)));
      return nearest(parameter, log ? Math.exp(at) : at);
    },
    logDensity: (kernel, value) => {
      const [centre, width] = [centres[kernel]!, widths[kernel]!];
      if (step === undefined) {
        const z = (onAxis(Number(value)) - centre) / width;
        return -0.5 * (z * z + Math.log(2 * Math.PI)) - Math.log(width * masses[kernel]!);
      }
      const [left, right] = [Number(value) - step / 2, Number(value) + step / 2];
      return Math.log(
        normalBetween((onAxis(left) - centre) / width, (onAxis(right) - centre) / width) / masses[kernel]!,
      );
    },
  };
}

/** The larger gap to a neighbour; at the ends only the inner one counts. Not below a share of the axis, not above it. */
function widthsOf(centres: readonly number[], low: number, high: number): number[] {
  const order = centres.map((_, i) => i).sort((a, b) => centres[a]! - centres[b]!);
  const sorted = [low, ...order.map((i) => centres[i]!), high];
  const narrowest = (high - low) / Math.min(100, centres.length + 2);
  const widths = new Array<number>(centres.length);
  order.forEach((index, place) => {
    const [before, at, after] = [sorted[place]!, sorted[place + 1]!, sorted[place + 2]!];
    const gaps = [at - before, after - at];
    const isAlone = centres.length < 2;
    if (!isAlone && place === 0) gaps.shift();
    if (!isAlone && place === centres.length - 1) gaps.pop();
    widths[index] = Math.min(high - low, Math.max(narrowest, ...gaps));
  });
  return widths;
}

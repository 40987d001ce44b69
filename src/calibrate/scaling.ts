// From logits to probabilities that are as high as they are right: logits divided by a temperature, or scaled class by class.
import { softmax } from "../core/softmax.ts";
import { minimise } from "./minimise.ts";

/** What is done to logits before the softmax. */
export type Scaling =
  | { readonly method: "temperature"; readonly temperature: number }
  | { readonly method: "vector"; readonly scale: readonly number[]; readonly bias: readonly number[] };

/** Names of the methods. */
export type ScalingMethod = Scaling["method"];

/** Pictures whose class is known, and what a model says of them. */
export interface LabelledLogits {
  /** Row-major [N, classes]. */
  readonly logits: Float32Array;
  readonly classes: number;
  /** [N], each in 0..classes-1. */
  readonly labels: Int32Array;
}

/** Temperatures that are considered: beyond, probabilities are equal, or 0 and 1. */
const [COLDEST, HOTTEST] = [0.05, 20];

/** Softmax of one picture's logits, scaled first where there is a scaling. */
export function probabilitiesOf(logits: Float32Array, scaling?: Scaling): Float64Array {
  return softmax(Float64Array.from(logits, (logit, c) => scaledLogit(logit, c, scaling)));
}

function scaledLogit(logit: number, c: number, scaling: Scaling | undefined): number {
  if (scaling === undefined) return logit;
  if (scaling.method === "temperature") return logit / scaling.temperature;
  return logit * scaling.scale[c]! + scaling.bias[c]!;
}

/** The scaling under which labels are likeliest. */
export function fitScaling(samples: LabelledLogits, method: ScalingMethod): Scaling {
  const temperature = fitTemperature(samples);
  return method === "temperature" ? { method, temperature } : fitVector(samples, 1 / temperature);
}

/**
 * Temperature scaling (Guo et al., "On Calibration of Modern Neural Networks", 2017): the mean negative log-likelihood is
 * convex in 1 / T. Newton's steps lead to its minimum, and halves of what is left where they would lead out of it.
 */
function fitTemperature(samples: LabelledLogits): number {
  let [low, high] = [1 / HOTTEST, 1 / COLDEST];
  let factor = 1;
  while (high - low > 1e-10 * high) {
    const [slope, curvature] = slopeAt(samples, factor);
    if (slope > 0) high = factor;
    else low = factor;
    const next = factor - slope / curvature;
    if (Math.abs(next - factor) < 1e-10 * factor) break;
    factor = next > low && next < high ? next : (low + high) / 2;
  }
  return 1 / factor;
}

/** First and second derivative of the negative log-likelihood by the factor of the logits: from the logit's mean and variance. */
function slopeAt(
  { logits, classes, labels }: LabelledLogits,
  factor: number,
): [slope: number, curvature: number] {
  let [slope, curvature] = [0, 0];
  for (const [n, label] of labels.entries()) {
    const row = logits.subarray(n * classes, (n + 1) * classes);
    const largest = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    let [sum, first, second] = [0, 0, 0];
    for (const logit of row) {
      const power = Math.exp((logit - largest) * factor);
      sum += power;
      first += power * (logit - largest);
      second += power * (logit - largest) ** 2;
    }
    const mean = first / sum;
    slope += mean - (row[label]! - largest);
    curvature += second / sum - mean ** 2;
  }
  return [slope, curvature];
}

/**
 * Vector scaling (Guo et al. 2017): a scale and a bias for each class. They are held near the temperature by a normal prior
 * on each (of deviation 1 on biases, and on scales relative to it), as the pictures of one class may be few.
 */
function fitVector(samples: LabelledLogits, factor: number): Scaling {
  const { logits, classes, labels } = samples;
  const scalingOf = (at: Float64Array): Scaling & { readonly method: "vector" } => ({
    method: "vector",
    scale: Array.from({ length: classes }, (_, c) => factor * (1 + at[c]!)),
    bias: Array.from({ length: classes }, (_, c) => at[classes + c]!),
  });
  const found = minimise(new Float64Array(2 * classes), (at, gradient) => {
    const scaling = scalingOf(at);
    let loss = 0;
    for (const [i, value] of at.entries()) {
      loss += value ** 2 / 2;
      gradient[i] = value;
    }
    for (const [n, label] of labels.entries()) {
      const row = logits.subarray(n * classes, (n + 1) * classes);
      const probabilities = probabilitiesOf(row, scaling);
      loss -= Math.log(Math.max(probabilities[label]!, Number.MIN_VALUE));
      for (let c = 0; c < classes; c++) {
        const error = probabilities[c]! - (c === label ? 1 : 0);
        gradient[c]! += error * factor * row[c]!;
        gradient[classes + c]! += error;
      }
    }
    return loss;
  });
  return scalingOf(found);
}

// Scalings of softmax that make the classes of labelled pictures likeliest.
import { minimise } from "./minimise.ts";
import { type LabelledLogits, probabilitiesOf, type Scaling } from "./scaling.ts";
import { fitFactor } from "./temperature.ts";

/** Those that softmax can have. */
export type ClassScalingMethod = "temperature" | "vector";

/** The scaling under which labels are likeliest. */
export function fitScaling(samples: LabelledLogits, method: ClassScalingMethod): Scaling {
  const factor = fitFactor((at) => slopeAt(samples, at));
  return method === "temperature" ? { method, temperature: 1 / factor } : fitVector(samples, factor);
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

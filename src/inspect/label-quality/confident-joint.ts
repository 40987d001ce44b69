// The confident joint: how many samples of each given label are, by what a model is sure of, of each class.

/** What a model says of labelled samples that it was not trained on. */
export interface PredictedLabels {
  /** Row-major [samples, classes], each row summing to 1. */
  readonly probabilities: ArrayLike<number>;
  /** The given class of each sample, from 0. */
  readonly labels: ArrayLike<number>;
  /** Number of classes. */
  readonly classes: number;
}

/** A matrix [given class, true class], row by row. */
export type Joint = readonly (readonly number[])[];

/** Probabilities closer than this count as equal, as in cleanlab. */
export const CLOSE = 1e-6;

/**
 * The threshold t_j of each class: the mean probability of class j among the samples labelled j (Northcutt, Jiang and Chuang 2021,
 * "Confident Learning: Estimating Uncertainty in Dataset Labels", equation 2). Infinite for a class without a sample.
 */
export function confidentThresholds({ probabilities, labels, classes }: PredictedLabels): Float64Array {
  const [sums, counts] = [new Float64Array(classes), new Float64Array(classes)];
  for (let sample = 0; sample < labels.length; sample++) {
    const label = labels[sample]!;
    sums[label]! += probabilities[sample * classes + label]!;
    counts[label]!++;
  }
  return sums.map((sum, k) =>
    counts[k] === 0 ? Number.POSITIVE_INFINITY : Math.max(sum / counts[k]!, 2 * CLOSE),
  );
}

/**
 * The class that a sample is confidently of, because its probability reaches its threshold (equation 1); where several do, the most
 * probable of all, as in cleanlab; -1 where none does.
 */
export function confidentClass(row: ArrayLike<number>, thresholds: ArrayLike<number>): number {
  let [first, confident, likeliest] = [-1, 0, 0];
  for (let k = 0; k < row.length; k++) {
    if (row[k]! > row[likeliest]!) likeliest = k;
    if (row[k]! < thresholds[k]! - CLOSE) continue;
    if (confident++ === 0) first = k;
  }
  return confident > 1 ? likeliest : first;
}

/**
 * The confident joint, calibrated: row i sums to the number of samples labelled i (equation 3, in counts instead of shares), in
 * whole numbers. On the diagonal at least 1 is counted before that, as in cleanlab.
 */
export function confidentJoint(predicted: PredictedLabels): Joint {
  const { labels, classes } = predicted;
  const counts = countConfident(predicted);
  const given = new Array<number>(classes).fill(0);
  for (let sample = 0; sample < labels.length; sample++) given[labels[sample]!]!++;
  return counts.map((row, i) => {
    const sum = row.reduce((total, count) => total + count, 0);
    return roundKeepingSum(row.map((count) => (count / sum) * given[i]!));
  });
}

/** The confident joint as it is counted. */
function countConfident(predicted: PredictedLabels): number[][] {
  const { probabilities, labels, classes } = predicted;
  const thresholds = confidentThresholds(predicted);
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const row = new Float64Array(classes);
  for (let sample = 0; sample < labels.length; sample++) {
    for (let k = 0; k < classes; k++) row[k] = probabilities[sample * classes + k]!;
    const sure = confidentClass(row, thresholds);
    if (sure >= 0) counts[labels[sample]!]![sure]!++;
  }
  for (const [k, own] of counts.entries()) own[k] = Math.max(own[k]!, 1);
  return counts;
}

/** Whole numbers with the sum of `values`, rounded: those that rounding changed most are moved by one until it is right. */
export function roundKeepingSum(values: readonly number[]): number[] {
  const rounded = values.map(roundHalfToEven);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, value) => total + value, 0);
  const wanted = roundHalfToEven(sum(values));
  for (let missing = wanted - sum(rounded); missing !== 0; missing = wanted - sum(rounded)) {
    const step = Math.sign(missing);
    const off = (place: number): number => step * (values[place]! - rounded[place]!);
    const places = [...values.keys()].sort((a, b) => off(b) - off(a) || step * (b - a));
    for (const place of places.slice(0, Math.abs(missing))) rounded[place]! += step;
  }
  return rounded;
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

// What the validation's predictions amount to: accuracy and per-class scores with intervals, confusions, calibration.
import { hostTensor } from "../core/index.ts";
import {
  Bootstrap,
  type Interval,
  MetricCollection,
  MulticlassAccuracy,
  MulticlassF1Score,
  MulticlassPrecision,
  MulticlassRecall,
} from "../metrics/index.ts";
import { type ConfidenceBin, reliability } from "./reliability.ts";
import type { Prediction } from "./report-data.ts";

/** Scores of one class against all others, each with its bootstrap interval. */
export interface ClassScores {
  readonly name: string;
  /** Samples of the class. */
  readonly support: number;
  readonly precision: Interval;
  readonly recall: Interval;
  readonly f1: Interval;
}

/** A class taken for another. */
export interface Confusion {
  readonly truth: number;
  readonly predicted: number;
  readonly count: number;
}

/** All that the report's sections on quality show. */
export interface Evaluation {
  readonly samples: number;
  readonly accuracy: Interval;
  readonly macroF1: Interval;
  readonly classes: readonly ClassScores[];
  /** Cells of the confusion matrix that are not empty, row by row. */
  readonly cells: readonly Confusion[];
  /** The wrong ones, most samples first. */
  readonly confusions: readonly Confusion[];
  readonly bins: readonly ConfidenceBin[];
  /** Expected calibration error over these bins (Naeini et al. 2015). */
  readonly calibrationError: number;
  /** Replicates of the bootstrap behind the intervals. */
  readonly replicates: number;
}

/** Samples (and class scores) drawn by the bootstrap, all replicates together: about a second's work. */
const MOST_DRAWS = 2e7;

/** Percentile bootstrap intervals of 95 %; as many replicates, 100 to 1000, as take about a second. */
export function evaluatePredictions(
  predictions: readonly Prediction[],
  classNames: readonly string[],
): Evaluation {
  const numClasses = classNames.length;
  const replicates = Math.floor(MOST_DRAWS / (predictions.length + 10 * numClasses));
  const bounded = Math.min(1000, Math.max(100, replicates));
  const bootstrap = new Bootstrap(
    () =>
      new MetricCollection({
        accuracy: new MulticlassAccuracy({ numClasses, average: "micro" }),
        macroF1: new MulticlassF1Score({ numClasses, average: "macro" }),
        precision: new MulticlassPrecision({ numClasses, average: "none" }),
        recall: new MulticlassRecall({ numClasses, average: "none" }),
        f1: new MulticlassF1Score({ numClasses, average: "none" }),
      }),
    { replicates: bounded },
  );
  const labels = Int32Array.from(predictions, ({ truth }) => truth);
  const predicted = Int32Array.from(predictions, (prediction) => prediction.predicted);
  bootstrap.update(hostTensor("int32", [predicted.length], predicted), labels);
  const { accuracy, macroF1, precision, recall, f1 } = bootstrap.compute();
  const cells = countCells(predictions, numClasses);
  const { bins, error } = reliability(
    predictions.map(({ confidence }) => confidence),
    predictions.map((prediction) => prediction.truth === prediction.predicted),
  );
  return {
    samples: predictions.length,
    accuracy,
    macroF1,
    classes: classNames.map((name, c) => ({
      name,
      support: labels.reduce((count, label) => count + (label === c ? 1 : 0), 0),
      precision: precision[c]!,
      recall: recall[c]!,
      f1: f1[c]!,
    })),
    cells,
    confusions: cells
      .filter(({ truth, predicted: taken }) => truth !== taken)
      .toSorted((a, b) => b.count - a.count || a.truth - b.truth || a.predicted - b.predicted),
    bins,
    calibrationError: error,
    replicates: bounded,
  };
}

function countCells(predictions: readonly Prediction[], numClasses: number): Confusion[] {
  const counts = new Map<number, number>();
  for (const { truth, predicted } of predictions) {
    const cell = truth * numClasses + predicted;
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([cell, count]) => ({
      truth: Math.floor(cell / numClasses),
      predicted: cell % numClasses,
      count,
    }));
}

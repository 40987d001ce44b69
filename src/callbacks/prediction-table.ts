// The rows of predictions.csv: what the network says of each validated sample, for either task.
import { PRESENT, softmax, UNKNOWN, writeLabelList } from "../core/index.ts";
import type { EventOf, FitContext } from "../train/index.ts";
import { predictionsOf } from "./pictures/batch-predictions.ts";
import { isAnnotated, isPredicted, labelPredictionsOf } from "./pictures/label-predictions.ts";
import { classNamesOf, sampleNameOf, validatedSplit } from "./pictures/sample-names.ts";

/** Cells in the order of `predictionHeader`. */
export type PredictionRow = readonly [split: string, index: number, ...cells: string[]];

const SAMPLE = ["split", "index", "name"] as const;

/** The column with the probability of a label. */
export function probabilityColumn(label: string): string {
  return `p_${label}`;
}

/** Of more classes than this the table has no probabilities: it would be hundreds of megabytes. */
export const MOST_PROBABILITIES = 256;

/**
 * Of one class each: `true`, `predicted`, its `confidence`, `loss`, and the probability of each class, `p_<class>`, where there are no more
 * than `MOST_PROBABILITIES`. Of several labels: `true`, `predicted` and `unknown` as lists joined by `|`, `loss`, and the probability of
 * each label, `p_<label>`.
 */
export function predictionHeader(context: Pick<FitContext, "model" | "data">): readonly string[] {
  const { labels } = context.model;
  if (labels?.task !== "multi_label") {
    const probable = probableClasses(context).map(probabilityColumn);
    return [...SAMPLE, "true", "predicted", "confidence", "loss", ...probable];
  }
  const names = classNamesOf(context, labels.numClasses);
  return [...SAMPLE, "true", "predicted", "unknown", "loss", ...names.map(probabilityColumn)];
}

/** The classes whose probabilities the table has. */
function probableClasses(context: Pick<FitContext, "model" | "data">): readonly string[] {
  const { numClasses = Number.POSITIVE_INFINITY } = context.model.labels ?? {};
  return numClasses > MOST_PROBABILITIES ? [] : classNamesOf(context, numClasses);
}

/** The rows of a batch; samples that do not count have none. */
export function predictionRows(event: EventOf<"validationBatchEnd">, context: FitContext): PredictionRow[] {
  const cellsOf = context.model.labels?.task === "multi_label" ? labelCells : classCells;
  const cells = cellsOf(event, context);
  const split = validatedSplit(context);
  return Array.from(event.batch.indices).flatMap((index, i) => {
    const own = cells(i);
    return own === undefined ? [] : [[split, index, sampleNameOf(context, index), ...own] as const];
  });
}

/** What is written of sample `i`; undefined where it does not count. */
type Cells = (i: number) => string[] | undefined;

function classCells(event: EventOf<"validationBatchEnd">, context: FitContext): Cells {
  const { labels, predicted, confidence, loss } = predictionsOf(event, context.model.labels?.ignoreIndex);
  const classes = event.logits.shape[1]!;
  const names = classNamesOf(context, classes);
  const hasProbabilities = probableClasses(context).length > 0;
  const logits = event.logits.data as ArrayLike<number>;
  const probabilities = (i: number): Float64Array =>
    softmax(Array.from({ length: classes }, (_, c) => logits[i * classes + c]!));
  return (i) => {
    if (labels[i]! < 0) return undefined;
    const cells = [names[labels[i]!]!, names[predicted[i]!]!];
    const probable = hasProbabilities ? Array.from(probabilities(i), (p) => p.toFixed(6)) : [];
    return [...cells, confidence[i]!.toFixed(6), loss[i]!.toPrecision(6), ...probable];
  };
}

function labelCells(event: EventOf<"validationBatchEnd">, context: FitContext): Cells {
  const predictions = labelPredictionsOf(event);
  const { width, truth, probabilities, loss } = predictions;
  const names = classNamesOf(context, width);
  const list = (has: (label: number) => boolean): string =>
    writeLabelList(names.filter((_, label) => has(label)));
  return (i) => {
    if (!isAnnotated(predictions, i)) return undefined;
    return [
      list((label) => truth[i * width + label] === PRESENT),
      list((label) => isPredicted(predictions, i, label)),
      list((label) => truth[i * width + label] === UNKNOWN),
      loss[i]!.toPrecision(6),
      ...Array.from(probabilities.subarray(i * width, (i + 1) * width), (p) => p.toFixed(6)),
    ];
  };
}

// The predictions that a run has kept, read back for its report.
import { probabilityColumn } from "../../callbacks/index.ts";
import { ABSENT, PRESENT, readLabelList, UNKNOWN } from "../../core/index.ts";
import type { LabelPrediction, Prediction } from "../../report/index.ts";

/** Predictions of one part of the data, and the place of each sample in it. */
export interface PredictedPart<P = Prediction> {
  readonly part: "train" | "val";
  readonly predictions: readonly P[];
  readonly indices: readonly number[];
}

/** A row of `predictions.csv` by column. */
type Row = Readonly<Record<string, string>>;

/** Of one class each; samples of classes that are not in the data any more are left out. */
export function readClassPredictions(rows: readonly Row[], classes: readonly string[]): PredictedPart {
  const classOf = new Map(classes.map((name, c) => [name, c]));
  const known = rows.filter((row) => classOf.has(row.true!) && classOf.has(row.predicted!));
  return partOf(known, (row) => ({
    name: row.name!,
    truth: classOf.get(row.true!)!,
    predicted: classOf.get(row.predicted!)!,
    confidence: Number(row.confidence),
    loss: Number(row.loss),
  }));
}

/** Of several labels; nothing is known of those that the run did not have. */
export function readLabelPredictions(
  rows: readonly Row[],
  labels: readonly string[],
): PredictedPart<LabelPrediction> {
  return partOf(rows, (row) => {
    const [present, unknown] = [row.true!, row.unknown!].map((list) => new Set(readLabelList(list)));
    const probabilities = Float32Array.from(labels, (name) =>
      Number(row[probabilityColumn(name)] ?? Number.NaN),
    );
    const truth = Int8Array.from(labels, (name, label) =>
      present!.has(name)
        ? PRESENT
        : unknown!.has(name) || Number.isNaN(probabilities[label])
          ? UNKNOWN
          : ABSENT,
    );
    return { name: row.name!, truth, probabilities, loss: Number(row.loss) };
  });
}

function partOf<P>(rows: readonly Row[], predictionOf: (row: Row) => P): PredictedPart<P> {
  return {
    part: rows[0]?.split === "train" ? "train" : "val",
    predictions: rows.map(predictionOf),
    indices: rows.map(({ index }) => Number(index)),
  };
}

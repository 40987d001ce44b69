// How many pictures are of a kind that the model knows.
import { familiarityOf, type LabelledLogits } from "../../../calibrate/index.ts";
import type { SampleLabels, TaskName } from "../../../core/index.ts";

/** The share of pictures, each by its logits, that are at least so familiar; undefined where nothing is asked for. */
export function familiarShare(
  logits: readonly Float32Array[],
  least: number | undefined,
  task: TaskName = "multi_class",
): number | undefined {
  if (least === undefined) return undefined;
  return logits.filter((row) => familiarityOf(row, task) >= least).length / logits.length;
}

/** The logits of each picture. */
export function rowsOf({ logits, classes, labels }: LabelledLogits<SampleLabels>): Float32Array[] {
  return Array.from(labels.keys(), (n) => logits.subarray(n * classes, (n + 1) * classes));
}

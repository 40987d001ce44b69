// What the label of a sample may be: a class index, or the one that leaves samples out.
import { ClassifierTrainingError } from "./errors.ts";

/** The labels that a model can be given. */
export interface LabelRange {
  /** Labels are 0..numClasses-1. */
  readonly numClasses: number;
  /** Samples with this label leave losses and metrics; it may be a class's own index. Default: none is left out. */
  readonly ignoreIndex?: number | undefined;
}

/**
 * Checks labels on the host, where no kernel can pass over them.
 * @param nameOf what sample `i` is called; default: its position
 * @throws ClassifierTrainingError kind "data" `LABEL_RANGE` with the first sample whose label is neither a class index
 * nor `ignoreIndex`
 */
export function checkLabels(
  labels: ArrayLike<number | bigint>,
  { numClasses, ignoreIndex }: LabelRange,
  nameOf: (i: number) => string | number = (i) => i,
): void {
  for (let i = 0; i < labels.length; i++) {
    const label = Number(labels[i]!);
    if ((Number.isInteger(label) && label >= 0 && label < numClasses) || label === ignoreIndex) continue;
    const message = `label ${label} of sample ${nameOf(i)} is none of the ${numClasses} classes (0 to ${numClasses - 1})`;
    throw new ClassifierTrainingError("data", "LABEL_RANGE", message, {
      hint:
        ignoreIndex === undefined
          ? "correct the label"
          : `correct the label; samples to be left out have model.ignore_index, ${ignoreIndex}`,
    });
  }
}

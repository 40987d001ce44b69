// What the labels of a sample may be: a class index, or the one that leaves samples out; or an entry for each label.
import { ClassifierTrainingError } from "./errors.ts";
import { LabelSets, type SampleLabels } from "./label-sets.ts";

/** What is asked about a sample: which one class it belongs to, or which labels it has. */
export type TaskName = "multi_class" | "multi_label";

/** The labels that a model can be given. */
export interface LabelRange {
  /** Default `multi_class`. With `multi_label` samples have sets of labels. */
  readonly task?: TaskName | undefined;
  /** Labels are 0..numClasses-1. */
  readonly numClasses: number;
  /** Samples with this label leave losses and metrics; it may be a class's own index. Default: none is left out. */
  readonly ignoreIndex?: number | undefined;
  /** Of several labels, the probability above which metrics take each as present; default 0.5. */
  readonly thresholds?: readonly number[] | undefined;
}

/**
 * Checks the labels of a data set.
 * @param nameOf what sample `i` is called; default: its position
 * @throws ClassifierTrainingError kind "usage" `TASK` where they are of another task; kind "data" `LABEL_RANGE`
 */
export function checkSampleLabels(
  labels: SampleLabels,
  range: LabelRange,
  nameOf?: (i: number) => string | number,
): void {
  const found = labels instanceof LabelSets ? "multi_label" : "multi_class";
  const { task = "multi_class", numClasses } = range;
  if (found !== task) throw otherTask(found, task);
  if (labels instanceof Int32Array) {
    checkLabels(labels, range, nameOf);
    return;
  }
  if (labels.width === numClasses) return;
  const message = `samples have entries for ${labels.width} labels, the model knows ${numClasses}`;
  throw new ClassifierTrainingError("data", "LABEL_RANGE", message);
}

function otherTask(found: TaskName, task: TaskName): ClassifierTrainingError {
  const message = `the data has ${DATA_OF[found]}, the model is made for ${DATA_OF[task]}`;
  return new ClassifierTrainingError("usage", "TASK", message, {
    where: "task",
    hint: `train with task=${found}, or give the data with ${DATA_OF[task]}`,
  });
}

/**
 * The class of every sample, for what is made for samples of one class each.
 * @param what whose place that is, such as a setting or a command
 * @throws ClassifierTrainingError kind "usage" `TASK` where samples may have several labels
 */
export function oneClassEach(labels: SampleLabels, what: string): Int32Array {
  if (labels instanceof Int32Array) return labels;
  throw new ClassifierTrainingError("usage", "TASK", "is for pictures of one class each", {
    where: what,
    hint: "these may have several labels",
  });
}

const DATA_OF: Readonly<Record<TaskName, string>> = {
  multi_class: "one class for each sample",
  multi_label: "several labels for a sample",
};

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

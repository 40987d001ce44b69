// What an exported model says about pictures whose labels are known.
import { type ClassifierTrainingError, hostTensor, PRESENT, UNKNOWN } from "../../core/index.ts";
import type { ImageDataset } from "../../data/index.ts";
import type { Classifier } from "../../inference/index.ts";
import { MultilabelAveragePrecision } from "../../metrics/index.ts";
import { labelSetsAs } from "./labelled-pictures.ts";
import { predictAll } from "./predict.ts";

/** What is said of one picture, label by label as the model counts them. */
export interface LabelsJudgement {
  /** Its place in the data set. */
  readonly index: number;
  readonly name: string;
  /** `PRESENT`, `ABSENT` or `UNKNOWN`. */
  readonly truth: Int8Array;
  readonly probabilities: Float64Array;
  /** Whether each is said to be present. */
  readonly said: readonly boolean[];
}

/** What became of all pictures. */
export interface LabelsJudgements {
  /** In the order of the data set, without those that cannot be read. */
  readonly pictures: readonly LabelsJudgement[];
  readonly unreadable: readonly ClassifierTrainingError[];
}

/** @throws ClassifierTrainingError kind "data" `UNKNOWN_CLASS` where the model lacks a label of a picture; kind "usage" `TASK` */
export async function judgeLabels(classifier: Classifier, dataset: ImageDataset): Promise<LabelsJudgements> {
  const labels = labelSetsAs(classifier.classNames, dataset);
  const pictures: LabelsJudgement[] = [];
  const unreadable: ClassifierTrainingError[] = [];
  for await (const { index, predictions, error } of predictAll(classifier, dataset)) {
    if (error !== undefined) {
      unreadable.push(error);
      continue;
    }
    const probabilities = new Float64Array(predictions.length);
    const said = new Array<boolean>(predictions.length).fill(false);
    for (const { classId, confidence, present } of predictions) {
      probabilities[classId] = confidence;
      said[classId] = present === true;
    }
    pictures.push({ index, name: dataset.name(index), truth: labels.row(index), probabilities, said });
  }
  return { pictures, unreadable };
}

/** Whether every label that is known of a picture is said as it is. */
export function isAllRight({ truth, said }: Pick<LabelsJudgement, "truth" | "said">): boolean {
  return truth.every((entry, label) => entry === UNKNOWN || (entry === PRESENT) === said[label]);
}

/** The mean over the labels that some picture has; NaN where there are none. */
export function meanAveragePrecision(pictures: readonly LabelsJudgement[]): number {
  const numLabels = pictures[0]?.truth.length ?? 1;
  const metric = new MultilabelAveragePrecision({ numLabels, scores: "probabilities" });
  for (const { truth, probabilities } of pictures) {
    const shape = [1, numLabels];
    metric.update(
      hostTensor("float32", shape, Float32Array.from(probabilities)),
      hostTensor("float32", shape, Float32Array.from(truth)),
    );
  }
  return metric.compute();
}

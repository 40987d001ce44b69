// What an exported model says about pictures whose class is known.
import { ClassifierTrainingError, oneClassEach } from "../../core/index.ts";
import type { ImageDataset } from "../../data/index.ts";
import type { Classifier } from "../../inference/index.ts";
import type { Prediction } from "../../report/index.ts";
import { labelsAs } from "./labelled-pictures.ts";
import { predictAll } from "./predict.ts";

/** What is said of one picture; classes as the data counts them, -1 for one that the data does not have. */
export interface Judgement extends Prediction {
  /** Its place in the data set. */
  readonly index: number;
  /** What the model calls the predicted class. */
  readonly label: string;
}

/** What became of all pictures. */
export interface Judgements {
  /** In the order of the data set, without those that cannot be read. */
  readonly pictures: readonly Judgement[];
  readonly unreadable: readonly ClassifierTrainingError[];
}

/** Below it a probability counts as this, so that a loss is finite. */
const LEAST = 1e-12;

/**
 * @param each receives the probability of each class of the model, and the true one as the model counts them
 * @throws ClassifierTrainingError kind "data" `UNKNOWN_CLASS` where the model lacks a class of the data
 */
export async function judge(
  classifier: Classifier,
  dataset: ImageDataset,
  each: (probabilities: Float32Array, label: number) => void = () => undefined,
): Promise<Judgements> {
  const labels = labelsAs(classifier.classNames, dataset);
  const truths = oneClassEach(dataset.labels, "task");
  const place = new Map(dataset.classes.map((name, c) => [name, c]));
  const pictures: Judgement[] = [];
  const unreadable: ClassifierTrainingError[] = [];
  for await (const { index, predictions, error } of predictAll(classifier, dataset, {
    topK: classifier.classNames.length,
  })) {
    if (error !== undefined) {
      unreadable.push(error);
      continue;
    }
    const [best] = predictions;
    const probabilities = new Float32Array(predictions.length);
    for (const { classId, confidence } of predictions) probabilities[classId] = confidence;
    each(probabilities, labels[index]!);
    const right = predictions.find(({ classId }) => classId === labels[index])!;
    pictures.push({
      index,
      label: best!.label,
      name: dataset.name(index),
      truth: truths[index]!,
      predicted: place.get(best!.label) ?? -1,
      confidence: best!.confidence,
      loss: -Math.log(Math.max(LEAST, right.confidence)),
    });
  }
  return { pictures, unreadable };
}

/** The error of a data set without a picture that can be read. */
export function nothingReadable(): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "NOTHING_READABLE", "no picture can be read", {
    hint: "classifier-training data verify says why",
  });
}

// The metrics of an exported model that tells several labels.

import { countPresence, fbetaOf, type PresenceCounts } from "../../calibrate/index.ts";
import { hostTensor, LabelSets, logitOf, PRESENT, UNKNOWN } from "../../core/index.ts";
import type { ImageDataset } from "../../data/index.ts";
import type { Classifier } from "../../inference/index.ts";
import { DEFAULT_THRESHOLD, type TaskMetrics } from "../../tasks/index.ts";
import { nothingReadable } from "./judge.ts";
import { judgeLabels, type LabelsJudgement } from "./judge-labels.ts";

/** What came of it, of a model of several labels. */
export interface LabelEvaluation extends JudgedLabels {
  readonly task: "multi_label";
  readonly model: string;
  /** Which pictures: "test", or "validation" where there are none. */
  readonly part: string;
}

/** A label at its threshold. */
export interface EvaluatedLabel {
  readonly label: string;
  readonly threshold: number;
  /** Of the pictures said to have it, the share that do; NaN where there are none. */
  readonly precision: number;
  /** Of the pictures that have it, the share said to; NaN where there are none. */
  readonly recall: number;
  readonly f1: number;
  /** Pictures that have it. */
  readonly pictures: number;
}

/** The figures of all pictures. */
export interface JudgedLabels {
  readonly pictures: number;
  /** `bce`, the mean binary cross-entropy of the entries that are known, and the metrics that the configuration has for a test. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly labels: readonly EvaluatedLabel[];
}

/** Logits beyond are as good as certain, and metrics want finite ones. */
const CERTAIN = 80;

/** @throws ClassifierTrainingError kind "data" `NOTHING_READABLE`, `UNKNOWN_CLASS`; kind "usage" `TASK` */
export async function evaluateLabels(
  classifier: Classifier,
  dataset: ImageDataset,
  metricsOf: () => Promise<TaskMetrics>,
  write: ((line: string) => void) | undefined,
): Promise<JudgedLabels> {
  const { pictures, unreadable } = await judgeLabels(classifier, dataset);
  for (const error of unreadable) write?.(`left out: ${error.toLine()}`);
  if (pictures.length === 0) throw nothingReadable();
  const measured = await metricsOf();
  for (const { truth, probabilities } of pictures) {
    const shape = [1, truth.length];
    const logits = Float32Array.from(probabilities, (p) => Math.min(CERTAIN, Math.max(-CERTAIN, logitOf(p))));
    measured.update(
      hostTensor("float32", shape, logits),
      hostTensor("float32", shape, Float32Array.from(truth)),
    );
  }
  return {
    pictures: pictures.length,
    metrics: { bce: crossEntropy(pictures), ...measured.compute() },
    labels: labelsAt(pictures, classifier),
  };
}

/** Below it a probability counts as this, so that a loss is finite. */
const LEAST = 1e-12;

function crossEntropy(pictures: readonly LabelsJudgement[]): number {
  let [loss, known] = [0, 0];
  for (const { truth, probabilities } of pictures) {
    for (const [label, entry] of truth.entries()) {
      if (entry === UNKNOWN) continue;
      known++;
      const right = entry === PRESENT ? probabilities[label]! : 1 - probabilities[label]!;
      loss -= Math.log(Math.max(LEAST, right));
    }
  }
  return loss / known;
}

function labelsAt(
  pictures: readonly LabelsJudgement[],
  { classNames, labels }: Classifier,
): EvaluatedLabel[] {
  const width = classNames.length;
  const probabilities = new Float64Array(pictures.length * width);
  const entries = new Int8Array(probabilities.length);
  for (const [row, each] of pictures.entries()) {
    probabilities.set(each.probabilities, row * width);
    entries.set(each.truth, row * width);
  }
  const { thresholds } = labels;
  const counts = countPresence({ probabilities, labels: new LabelSets(width, entries) }, thresholds);
  return counts.map((of, label) => ({
    label: classNames[label]!,
    threshold: thresholds?.[label] ?? DEFAULT_THRESHOLD,
    ...figuresOf(of),
  }));
}

/** Precision, recall and F1 of counts. */
export function figuresOf(
  counts: PresenceCounts,
): Pick<EvaluatedLabel, "precision" | "recall" | "f1" | "pictures"> {
  const { tp, fp, fn } = counts;
  return { precision: tp / (tp + fp), recall: tp / (tp + fn), f1: fbetaOf(counts, 1), pictures: tp + fn };
}

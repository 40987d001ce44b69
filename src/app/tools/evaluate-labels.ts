// The metrics of an exported model that tells several labels.

import { countPresence, fbetaOf, type PresenceCounts } from "../../calibrate/index.ts";
import { hostTensor, LabelSets, logitOf, PRESENT, UNKNOWN } from "../../core/index.ts";
import type { ImageDataset } from "../../data/index.ts";
import { Classifier, type TestTimeAugmentation } from "../../inference/index.ts";
import { type LabelPrediction, renderLabelEvaluation } from "../../report/index.ts";
import { DEFAULT_THRESHOLD, type TaskMetrics } from "../../tasks/index.ts";
import { jpegAddress } from "../report/jpeg-address.ts";
import { thumbnail } from "./duplicate-sheet.ts";
import { nothingReadable } from "./judge.ts";
import { judgeLabels, type LabelsJudgement, meanAveragePrecision } from "./judge-labels.ts";

/** What came of it, of a model of several labels. */
export interface LabelEvaluation extends Omit<JudgedLabels, "page"> {
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

/** The figures of all pictures, and the page about them. */
export interface JudgedLabels {
  readonly page: string;
  readonly pictures: number;
  /** `bce`, the mean binary cross-entropy of the entries that are known, and the metrics that the configuration has for a test. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly labels: readonly EvaluatedLabel[];
  /** With views of each picture, the mean average precision with them, and of the pictures alone. */
  readonly viewsGain: { readonly map: number; readonly mapAlone: number } | undefined;
}

/** Logits beyond are as good as certain, and metrics want finite ones. */
const CERTAIN = 80;

/** Pictures on the page, those with the largest losses; their longest side in pixels, and their quality as JPEG. */
const [SHOWN, SIDE, QUALITY] = [300, 160, 80];

/** What is evaluated, and what it is called. */
export interface LabelsToEvaluate {
  readonly classifier: Classifier;
  /** Path of what the classifier was loaded from. */
  readonly file: string;
  /** The views that the classifier looks at. */
  readonly testTimeAugmentation: TestTimeAugmentation | undefined;
  readonly dataset: ImageDataset;
  readonly model: string;
  readonly part: string;
  readonly metricsOf: () => Promise<TaskMetrics>;
  readonly write: ((line: string) => void) | undefined;
}

/** @throws ClassifierTrainingError kind "data" `NOTHING_READABLE`, `UNKNOWN_CLASS`; kind "usage" `TASK` */
export async function judgedLabels(request: LabelsToEvaluate): Promise<JudgedLabels> {
  const { classifier, dataset, model, part, metricsOf, write } = request;
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
  const metrics = { bce: crossEntropy(pictures), ...measured.compute() };
  const { page } = renderLabelEvaluation({
    ...{ model, part, metrics, labels: classifier.classNames, thresholds: classifier.thresholds },
    predictions: await withThumbnails(pictures, dataset),
  });
  return {
    ...{ page, pictures: pictures.length, metrics, labels: labelsAt(pictures, classifier) },
    viewsGain: request.testTimeAugmentation === undefined ? undefined : await gain(request, pictures),
  };
}

async function gain(
  { file, dataset }: LabelsToEvaluate,
  pictures: readonly LabelsJudgement[],
): Promise<JudgedLabels["viewsGain"]> {
  await using classifier = await Classifier.load(file);
  const alone = await judgeLabels(classifier, dataset);
  return { map: meanAveragePrecision(pictures), mapAlone: meanAveragePrecision(alone.pictures) };
}

async function withThumbnails(
  pictures: readonly LabelsJudgement[],
  dataset: ImageDataset,
): Promise<LabelPrediction[]> {
  const judged = pictures.map((each) => ({ ...each, loss: crossEntropy([each]) || 0 }));
  const worst = new Set(judged.toSorted((a, b) => b.loss - a.loss).slice(0, SHOWN));
  const predictions: LabelPrediction[] = [];
  for (const each of judged) {
    const { index, name, truth, probabilities, loss } = each;
    const picture = worst.has(each)
      ? await jpegAddress(await thumbnail(dataset, index, SIDE), QUALITY)
      : undefined;
    predictions.push({ name, truth, probabilities, loss, picture });
  }
  return predictions;
}

/** Below it a probability counts as this, so that a loss is finite. */
const LEAST = 1e-12;

/** The mean over the entries that are known; NaN where none is. */
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

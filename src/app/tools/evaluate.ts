// Evaluates an exported model on labelled pictures: all metrics of a test, and a page like a run's report.
import { hostTensor } from "../../core/index.ts";
import type { ImageDataset } from "../../data/index.ts";
import { Classifier, type TestTimeAugmentation } from "../../inference/index.ts";
import { writeDurably } from "../../platform/index.ts";
import { type Evaluation, type Prediction, renderEvaluation } from "../../report/index.ts";
import { type TaskMetrics, taskOf } from "../../tasks/index.ts";
import { jpegAddress } from "../report/jpeg-address.ts";
import { composeRun, configurationOfRun } from "../run/configuration.ts";
import { runFolderOf } from "../run/run-folder.ts";
import { RunParts } from "../run/run-parts.ts";
import { thumbnail } from "./duplicate-sheet.ts";
import { judgedLabels, type LabelEvaluation } from "./evaluate-labels.ts";
import { judge, nothingReadable } from "./judge.ts";
import { type LabelledRequest, labelledPictures, runOf } from "./labelled-pictures.ts";

/** The model, the data, and the page that is written. */
export interface EvaluateRequest extends LabelledRequest {
  readonly out: string;
  /** Views of each picture whose probabilities are averaged; default: the picture alone. */
  readonly testTimeAugmentation?: TestTimeAugmentation | undefined;
}

/** What came of it. */
export type EvaluationResult = ClassEvaluation | LabelEvaluation;

/** Of a model of one class a picture. */
export interface ClassEvaluation {
  readonly task: "multi_class";
  readonly model: string;
  /** Which pictures: "test", or "validation" where there are none. */
  readonly part: string;
  readonly evaluation: Evaluation;
  /** `cross_entropy`, whatever loss the model was trained with, and the metrics that the configuration has for a test, by name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** With views, the share of right answers to the pictures alone. */
  readonly accuracyAlone: number | undefined;
}

/** Pictures on the page, those with the largest losses; their longest side in pixels, and their quality as JPEG. */
const [SHOWN, SIDE, QUALITY] = [300, 160, 80];

/**
 * Judges the test pictures, or the validation pictures where there are none.
 * @throws ClassifierTrainingError kind "usage" `NO_DATA`; kind "data" `UNKNOWN_CLASS`, `MODEL_MISSING`, `NOTHING_READABLE`
 */
export async function evaluate(request: EvaluateRequest): Promise<EvaluationResult> {
  const { overrides, registry, out, write, testTimeAugmentation } = request;
  const { model, val, test } = await labelledPictures(request);
  const [dataset, part] = test === undefined ? [val, "validation"] : [test, "test"];
  await using classifier = await Classifier.load(model, { amongOthers: true, testTimeAugmentation });
  const classes = classifier.classNames;
  const run = runOf(request.model, overrides);
  const composition =
    run === undefined ? await composeRun({ overrides }) : configurationOfRun(runFolderOf(run), overrides);
  const { task, labels } = classifier;
  const range = { task, numClasses: classes.length, thresholds: labels.thresholds };
  const { defaultMetrics, stageMetrics } = taskOf(task);
  const metricsOf = async (): Promise<TaskMetrics> => {
    const sets = await new RunParts(composition, registry).metrics(range);
    return stageMetrics((sets ?? defaultMetrics(range)).test, classes);
  };
  if (task === "multi_label") {
    const { page, ...judged } = await judgedLabels({
      ...{ classifier, file: model, testTimeAugmentation, dataset, part, metricsOf, write },
      model: request.model,
    });
    await writeDurably(out, [new TextEncoder().encode(page)]);
    return { task, model: request.model, part, ...judged };
  }
  const measured = await metricsOf();
  const { pictures, unreadable } = await judge(classifier, dataset, (probabilities, label) =>
    measured.update(
      hostTensor("float32", [1, classes.length], probabilities.map(Math.log)),
      hostTensor("int32", [1], Int32Array.of(label)),
    ),
  );
  for (const error of unreadable) write?.(`left out: ${error.toLine()}`);
  if (pictures.length === 0) throw nothingReadable();
  const worst = new Set(pictures.toSorted((a, b) => b.loss - a.loss).slice(0, SHOWN));
  const predictions: Prediction[] = [];
  for (const judgement of pictures) {
    const { index, label, truth, ...rest } = judgement;
    predictions.push({
      ...rest,
      truth: classes.indexOf(dataset.classes[truth]!),
      predicted: classes.indexOf(label),
      picture: worst.has(judgement)
        ? await jpegAddress(await thumbnail(dataset, index, SIDE), QUALITY)
        : undefined,
    });
  }
  const cross_entropy = pictures.reduce((sum, each) => sum + each.loss, 0) / pictures.length;
  const metrics = { cross_entropy, ...measured.compute() };
  const { page, evaluation } = renderEvaluation({
    model: request.model,
    part,
    classes,
    predictions,
    metrics,
  });
  await writeDurably(out, [new TextEncoder().encode(page)]);
  const plain = testTimeAugmentation === undefined ? undefined : await accuracyAlone(model, dataset);
  return { task, model, part, evaluation, metrics, accuracyAlone: plain };
}

/** The share of right answers without views, to compare with. */
async function accuracyAlone(model: string, dataset: ImageDataset): Promise<number> {
  await using classifier = await Classifier.load(model);
  const { pictures } = await judge(classifier, dataset);
  return pictures.filter(({ truth, predicted }) => truth === predicted).length / pictures.length;
}

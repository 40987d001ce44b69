// Compares two models on the same labelled pictures: where they differ, and whether that is more than chance.
import { statSync } from "node:fs";
import { ClassifierTrainingError, type TaskName } from "../../core/index.ts";
import type { ImageDataset } from "../../data/index.ts";
import { Classifier } from "../../inference/index.ts";
import { mcnemarTest } from "../../metrics/index.ts";
import { writeDurably } from "../../platform/index.ts";
import { type Comparison, type DifferingPicture, renderComparison } from "../../report/index.ts";
import { modelOf } from "../export/write-export.ts";
import { jpegAddress } from "../report/jpeg-address.ts";
import { compareLabels } from "./compare-labels.ts";
import type { Answer, ComparedPicture, ComparedPictures } from "./compared-pictures.ts";
import { thumbnail } from "./duplicate-sheet.ts";
import { type Judgement, judge, nothingReadable } from "./judge.ts";
import { type LabelledRequest, labelledPictures } from "./labelled-pictures.ts";

/** Two models, and what they are compared on. */
export interface CompareRequest extends Omit<LabelledRequest, "model"> {
  /** Runs or exported models; the data is that of the first one that is a run, unless `data.root=` says another. */
  readonly models: readonly [string, string];
  /** The page that is written. */
  readonly out: string;
}

/** Pictures of each kind that the page shows. */
const SHOWN = 60;
/** Longest side of a picture on the page, in pixels, and its quality as JPEG. */
const [SIDE, QUALITY] = [224, 80];

/**
 * Judges the test pictures, or the validation pictures where there are none, by both models; writes one page.
 * @throws ClassifierTrainingError kind "usage" `NO_DATA`, `TASK` where only one tells several labels; kind "data" `NOTHING_READABLE`,
 * `UNKNOWN_CLASS`, `MODEL_MISSING`
 */
export async function compare(request: CompareRequest): Promise<Comparison> {
  const { models, out, write } = request;
  const source =
    models.find((model) => statSync(model, { throwIfNoEntry: false })?.isDirectory()) ?? models[0];
  const { val, test } = await labelledPictures({ ...request, model: source });
  const [dataset, part] = test === undefined ? [val, "validation"] : [test, "test"];
  const task = await commonTask(models);
  const compared =
    task === "multi_label"
      ? await compareLabels(models, dataset, write)
      : await compareClasses(models, dataset, write);
  if (compared.pictures.length === 0) throw nothingReadable();
  const comparison = await comparisonOf(models, part, dataset, compared);
  await writeDurably(out, [new TextEncoder().encode(renderComparison(comparison))]);
  return comparison;
}

/** @throws ClassifierTrainingError kind "usage" `TASK` */
async function commonTask(models: readonly [string, string]): Promise<TaskName> {
  const tasks: TaskName[] = [];
  for (const model of models) {
    await using classifier = await Classifier.load(modelOf(model));
    tasks.push(classifier.task);
  }
  const [first, second] = tasks as [TaskName, TaskName];
  if (first === second) return first;
  const message = "one of the models gives each picture one class, the other tells several labels";
  throw new ClassifierTrainingError("usage", "TASK", message, {
    where: models.join(", "),
    hint: "compare models that were trained with the same task",
  });
}

async function compareClasses(
  models: readonly [string, string],
  dataset: ImageDataset,
  write: CompareRequest["write"],
): Promise<ComparedPictures> {
  const judged: (readonly Judgement[])[] = [];
  for (const model of models) {
    await using classifier = await Classifier.load(modelOf(model), { amongOthers: true });
    const { pictures, unreadable } = await judge(classifier, dataset);
    if (judged.length === 0) for (const error of unreadable) write?.(`left out: ${error.toLine()}`);
    judged.push(pictures);
  }
  const [first, second] = judged as [readonly Judgement[], readonly Judgement[]];
  const ofSecond = new Map(second.map((judgement) => [judgement.index, judgement]));
  const pairs = first.flatMap((a) => {
    const b = ofSecond.get(a.index);
    return b === undefined ? [] : [{ a, b }];
  });
  const isRight = ({ truth, predicted }: Judgement): boolean => truth === predicted;
  const answer = ({ label, confidence }: Judgement): Answer => ({ label, confidence });
  return {
    classes: dataset.classes.map((name, c) => {
      const own = pairs.filter(({ a }) => a.truth === c);
      return {
        name,
        pictures: own.length,
        onlyFirst: own.filter(({ a, b }) => isRight(a) && !isRight(b)).length,
        onlySecond: own.filter(({ a, b }) => !isRight(a) && isRight(b)).length,
      };
    }),
    averagePrecision: undefined,
    pictures: pairs.map(({ a, b }) => ({
      index: a.index,
      name: a.name,
      truth: dataset.classes[a.truth]!,
      right: [isRight(a), isRight(b)],
      said: [answer(a), answer(b)],
    })),
  };
}

async function comparisonOf(
  models: readonly [string, string],
  part: string,
  dataset: ImageDataset,
  { classes, averagePrecision, pictures }: ComparedPictures,
): Promise<Comparison> {
  const ofKind = (kind: Kind): readonly ComparedPicture[] => pictures.filter((each) => kindOf(each) === kind);
  const count = (kind: Kind): number => ofKind(kind).length;
  const [onlyFirst, onlySecond] = [count("onlyFirst"), count("onlySecond")];
  const differing: DifferingPicture[] = [];
  for (const kind of ["onlyFirst", "onlySecond", "bothWrong"] as const) {
    const found = ofKind(kind)
      .filter(({ said: [a, b] }) => a.label !== b.label)
      // Where they contradict each other with the most confidence.
      .sort((x, y) => contradiction(y) - contradiction(x));
    for (const [i, { index, name, truth, said }] of found.entries()) {
      const picture =
        i < SHOWN ? await jpegAddress(await thumbnail(dataset, index, SIDE), QUALITY) : undefined;
      differing.push({ kind, name, truth, said, picture });
    }
  }
  return {
    models,
    part,
    pictures: pictures.length,
    bothRight: count("bothRight"),
    onlyFirst,
    onlySecond,
    bothWrong: count("bothWrong"),
    averagePrecision,
    test: mcnemarTest(onlyFirst, onlySecond),
    classes,
    differing,
  };
}

function contradiction({ said: [a, b] }: ComparedPicture): number {
  return a.confidence * b.confidence;
}

type Kind = "bothRight" | "onlyFirst" | "onlySecond" | "bothWrong";

function kindOf({ right: [first, second] }: ComparedPicture): Kind {
  if (first && second) return "bothRight";
  if (first) return "onlyFirst";
  return second ? "onlySecond" : "bothWrong";
}

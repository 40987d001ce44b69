// Compares two models on the same labelled pictures: where they differ, and whether that is more than chance.
import { statSync } from "node:fs";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { ImageDataset } from "../../data/index.ts";
import { Classifier } from "../../inference/index.ts";
import { mcnemarTest } from "../../metrics/index.ts";
import { writeDurably } from "../../platform/index.ts";
import { type Comparison, type DifferingPicture, renderComparison } from "../../report/index.ts";
import { modelOf } from "../export/write-export.ts";
import { jpegAddress } from "../report/jpeg-address.ts";
import { thumbnail } from "./duplicate-sheet.ts";
import { type Judgement, judge } from "./judge.ts";
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
 * @throws ClassifierTrainingError kind "usage" `NO_DATA`, `NOTHING_READABLE`; kind "data" `UNKNOWN_CLASS`, `MODEL_MISSING`
 */
export async function compare(request: CompareRequest): Promise<Comparison> {
  const { models, out, write } = request;
  const source =
    models.find((model) => statSync(model, { throwIfNoEntry: false })?.isDirectory()) ?? models[0];
  const { val, test } = await labelledPictures({ ...request, model: source });
  const [dataset, part] = test === undefined ? [val, "validation"] : [test, "test"];
  const judged: (readonly Judgement[])[] = [];
  for (const model of models) {
    await using classifier = await Classifier.load(modelOf(model));
    const { pictures, unreadable } = await judge(classifier, dataset);
    if (judged.length === 0) for (const error of unreadable) write?.(`left out: ${error.toLine()}`);
    judged.push(pictures);
  }
  const [first, second] = judged as [readonly Judgement[], readonly Judgement[]];
  if (first.length === 0)
    throw new ClassifierTrainingError("data", "NOTHING_READABLE", "no picture can be read", {
      hint: "classifier-training data verify says why",
    });
  const comparison = await comparisonOf(models, part, dataset, first, second);
  await writeDurably(out, [new TextEncoder().encode(renderComparison(comparison))]);
  return comparison;
}

async function comparisonOf(
  models: readonly [string, string],
  part: string,
  dataset: ImageDataset,
  first: readonly Judgement[],
  second: readonly Judgement[],
): Promise<Comparison> {
  const ofSecond = new Map(second.map((judgement) => [judgement.index, judgement]));
  const pairs = first.flatMap((a) => {
    const b = ofSecond.get(a.index);
    return b === undefined ? [] : [{ a, b, kind: kindOf(a, b) }];
  });
  const count = (kind: Kind, truth?: number): number =>
    pairs.filter((pair) => pair.kind === kind && (truth === undefined || pair.a.truth === truth)).length;
  const [onlyFirst, onlySecond] = [count("onlyFirst"), count("onlySecond")];
  const differing: DifferingPicture[] = [];
  for (const kind of ["onlyFirst", "onlySecond", "bothWrong"] as const) {
    const found = pairs
      .filter((pair) => pair.kind === kind && pair.a.label !== pair.b.label)
      // Where they contradict each other with the most confidence.
      .sort((x, y) => y.a.confidence * y.b.confidence - x.a.confidence * x.b.confidence);
    for (const [i, { a, b }] of found.entries())
      differing.push({
        kind,
        name: a.name,
        truth: dataset.classes[a.truth]!,
        said: [a, b].map(({ label, confidence }) => ({ label, confidence })),
        picture: i < SHOWN ? await jpegAddress(await thumbnail(dataset, a.index, SIDE), QUALITY) : undefined,
      });
  }
  return {
    models,
    part,
    pictures: pairs.length,
    bothRight: count("bothRight"),
    onlyFirst,
    onlySecond,
    bothWrong: count("bothWrong"),
    test: mcnemarTest(onlyFirst, onlySecond),
    classes: dataset.classes.map((className, c) => ({
      name: className,
      pictures: pairs.filter(({ a }) => a.truth === c).length,
      onlyFirst: count("onlyFirst", c),
      onlySecond: count("onlySecond", c),
    })),
    differing,
  };
}

type Kind = "bothRight" | "onlyFirst" | "onlySecond" | "bothWrong";

function kindOf(a: Judgement, b: Judgement): Kind {
  const [first, second] = [a, b].map(({ truth, predicted }) => truth === predicted);
  if (first && second) return "bothRight";
  if (first) return "onlyFirst";
  return second ? "onlySecond" : "bothWrong";
}

// What two models of several labels say about the same pictures.
import { PRESENT, UNKNOWN } from "../../core/index.ts";
import type { ImageDataset } from "../../data/index.ts";
import { Classifier } from "../../inference/index.ts";
import { modelOf } from "../export/write-export.ts";
import type { Answer, ComparedPicture, ComparedPictures } from "./compared-pictures.ts";
import { isAllRight, judgeLabels, type LabelsJudgement, meanAveragePrecision } from "./judge-labels.ts";

/** A picture is right where all its labels are; of each label the pictures are counted that only one model is right about. */
export async function compareLabels(
  models: readonly [string, string],
  dataset: ImageDataset,
  write: ((line: string) => void) | undefined,
): Promise<ComparedPictures> {
  const judged: (readonly LabelsJudgement[])[] = [];
  const averages: number[] = [];
  let names: readonly string[] = [];
  for (const model of models) {
    await using classifier = await Classifier.load(modelOf(model), { amongOthers: true });
    const { pictures, unreadable } = await judgeLabels(classifier, dataset);
    if (judged.length === 0) {
      for (const error of unreadable) write?.(`left out: ${error.toLine()}`);
      names = classifier.classNames;
    }
    averages.push(meanAveragePrecision(pictures));
    judged.push(pictures.map((each) => inOrder(each, classifier.classNames, names)));
  }
  const [first, second] = judged as [readonly LabelsJudgement[], readonly LabelsJudgement[]];
  const ofSecond = new Map(second.map((judgement) => [judgement.index, judgement]));
  const pairs = first.flatMap((a) => {
    const b = ofSecond.get(a.index);
    return b === undefined ? [] : [{ a, b }];
  });
  return {
    classes: names.map((name, label) => {
      const known = pairs.filter(({ a }) => a.truth[label] !== UNKNOWN);
      const right = ({ truth, said }: LabelsJudgement): boolean => (truth[label] === PRESENT) === said[label];
      return {
        name,
        pictures: known.filter(({ a }) => a.truth[label] === PRESENT).length,
        onlyFirst: known.filter(({ a, b }) => right(a) && !right(b)).length,
        onlySecond: known.filter(({ a, b }) => !right(a) && right(b)).length,
      };
    }),
    averagePrecision: averages as [number, number],
    pictures: pairs.map(({ a, b }) => comparedOf(a, b, names)),
  };
}

function comparedOf(a: LabelsJudgement, b: LabelsJudgement, names: readonly string[]): ComparedPicture {
  const listed = (has: (label: number) => boolean): string =>
    names.filter((_, label) => has(label)).join(", ") || "none";
  const answer = ({ said, probabilities }: LabelsJudgement): Answer => ({
    label: listed((label) => said[label] === true),
    confidence: leastSure(said, probabilities),
  });
  return {
    index: a.index,
    name: a.name,
    truth: listed((label) => a.truth[label] === PRESENT),
    right: [isAllRight(a), isAllRight(b)],
    said: [answer(a), answer(b)],
  };
}

/** How sure a model is of the label that it is least sure of. */
function leastSure(said: readonly boolean[], probabilities: Float64Array): number {
  return said.reduce((least, is, label) => {
    const probability = probabilities[label]!;
    return Math.min(least, is ? probability : 1 - probability);
  }, 1);
}

/** Its labels in the order of other names; of those that it does not have nothing is known. */
function inOrder(
  judgement: LabelsJudgement,
  own: readonly string[],
  names: readonly string[],
): LabelsJudgement {
  const places = names.map((name) => own.indexOf(name));
  const { truth, probabilities, said } = judgement;
  return {
    ...judgement,
    truth: Int8Array.from(places, (place) => truth[place] ?? UNKNOWN),
    probabilities: Float64Array.from(places, (place) => probabilities[place] ?? 0),
    said: places.map((place) => said[place] ?? false),
  };
}

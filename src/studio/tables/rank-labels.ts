// The labels of the open pictures that predictions contradict, as the queue shows them.
import { readPredictedPictures, withLabelsOf } from "../../app/labels/predicted-pictures.ts";
import { rankPictures } from "../../app/labels/rank-pictures.ts";
import { type NamedParts, placesByName } from "../../data/index.ts";
import type { ClassProbability, LabelNames } from "../labels/api.ts";
import type { RankedLabels } from "./protocol.ts";

/** Classes shown beside the given ones. */
const MOST_CLASSES = 5;

/** Pictures of a queue: more than somebody looks through before training anew. */
const MOST_QUEUED = 2000;

/** @throws ClassifierTrainingError as `readPredictedPictures` does */
export async function rankLabels(folder: string, parts: NamedParts): Promise<RankedLabels> {
  const { train, val } = parts;
  const predicted = withLabelsOf(await readPredictedPictures(folder), parts);
  const { classes, names, probabilities } = predicted;
  const ranked = rankPictures(predicted);
  const places = placesByName(parts);
  const [behindTrain, behindVal] = [train.labels.length, train.labels.length + (val?.labels.length ?? 0)];
  const first = { train: 0, val: behindTrain, test: behindVal };
  const numberOf = (name: string): number => {
    const [place] = places.get(name)!;
    return first[place!.part] + place!.index;
  };
  const inOrder = (given: LabelNames): LabelNames =>
    typeof given === "string" ? given : train.classes.filter((each) => given.includes(each));
  const pictures = ranked.slice(0, MOST_QUEUED).map(({ row, name, given, suggested, score, isError }) => {
    const all = classes
      .map((each, k): ClassProbability => {
        const probability = probabilities[row * classes.length + k]!;
        return { name: each, probability: Number(probability.toFixed(6)) };
      })
      .sort((a, b) => b.probability - a.probability);
    const own = new Set(typeof given === "string" ? [given] : given);
    const shown = all.filter((each, i) => i < MOST_CLASSES || own.has(each.name));
    const said = { given: inOrder(given), suggested: inOrder(suggested), score, isError };
    return { picture: numberOf(name), ...said, classes: shown };
  });
  return { predicted: names.length, more: ranked.length - pictures.length, pictures };
}

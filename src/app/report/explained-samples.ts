// Which pictures of a report get heat maps: the largest losses, and a right prediction of each class or label.
import {
  type ExplainedLabels,
  type ExplainedSample,
  type JudgedLabel,
  judgedLabelsOf,
  type LabelPrediction,
  type Prediction,
} from "../../report/index.ts";
import { type HeatMapRequest, heatMaps } from "./heat-maps.ts";
import { isWrong } from "./is-wrong.ts";
import type { PredictedPart } from "./read-predictions.ts";

/** Largest losses, and classes or labels, that are shown. */
const [LOSSES, CLASSES] = [12, 24];
/** Mistakes of one picture that are shown. */
const MISTAKES = 2;

/** What speaks for the predicted class, and for the true one where it is another. */
export async function explainedClasses(
  request: HeatMapRequest,
  { part, predictions, indices }: PredictedPart,
): Promise<ExplainedSample[]> {
  const wishes = mostTelling(predictions).map((i) => {
    const prediction = predictions[i]!;
    const { predicted, truth } = prediction;
    return {
      index: indices[i]!,
      prediction,
      classes: predicted === truth ? [predicted] : [predicted, truth],
    };
  });
  const found = await heatMaps(request, part, wishes);
  return found.map(({ wish: { prediction }, picture, heats: [heat, trueHeat] }) => ({
    ...prediction,
    picture,
    heat: heat!,
    ...(trueHeat !== undefined && { trueHeat }),
  }));
}

/** The largest losses of wrong predictions, then of each class the right one that was surest. */
function mostTelling(predictions: readonly Prediction[]): number[] {
  const all = Array.from(predictions.keys());
  const wrong = all
    .filter((i) => isWrong(predictions[i]!))
    .sort((a, b) => predictions[b]!.loss - predictions[a]!.loss);
  const surest = new Map<number, number>();
  for (const i of all.filter((each) => !isWrong(predictions[each]!))) {
    const { truth, confidence } = predictions[i]!;
    const before = surest.get(truth);
    if (before === undefined || predictions[before]!.confidence < confidence) surest.set(truth, i);
  }
  const right = Array.from(surest)
    .sort(([a], [b]) => a - b)
    .slice(0, CLASSES)
    .map(([, i]) => i);
  return [...wrong.slice(0, LOSSES), ...right];
}

/** What speaks for the surest mistakes of a picture, or for a label that is found. @param limits as `judgedLabelsOf` has them */
export async function explainedLabels(
  request: HeatMapRequest,
  { part, predictions, indices }: PredictedPart<LabelPrediction>,
  limits: Float32Array,
): Promise<ExplainedLabels[]> {
  const wishes = tellingLabels(predictions, limits).map(({ sample, judged }) => ({
    index: indices[sample]!,
    classes: judged.map(({ label }) => label),
    name: predictions[sample]!.name,
    judged,
  }));
  const found = await heatMaps(request, part, wishes);
  return found.map(({ wish: { name, judged }, picture, heats }) => ({
    name,
    picture,
    labels: judged.map((each, i) => ({ ...each, heat: heats[i]! })),
  }));
}

/** Labels of a sample, by its place among the predictions. */
interface Telling {
  readonly sample: number;
  readonly judged: readonly JudgedLabel[];
}

/** The surest mistakes of the largest losses, then each label where it is found with the highest probability. */
function tellingLabels(predictions: readonly LabelPrediction[], limits: Float32Array): Telling[] {
  const wrong: Telling[] = [];
  const surest = new Map<number, Telling>();
  for (const [sample, prediction] of predictions.entries()) {
    const judged = judgedLabelsOf(prediction, limits);
    const mistakes = judged.filter(({ outcome }) => outcome !== "right");
    if (mistakes.length > 0)
      wrong.push({ sample, judged: mistakes.sort((a, b) => error(b) - error(a)).slice(0, MISTAKES) });
    for (const hit of judged.filter(({ outcome }) => outcome === "right")) {
      const before = surest.get(hit.label)?.judged[0];
      if (before === undefined || before.probability < hit.probability)
        surest.set(hit.label, { sample, judged: [hit] });
    }
  }
  wrong.sort((a, b) => predictions[b.sample]!.loss - predictions[a.sample]!.loss);
  const right = Array.from(surest)
    .sort(([a], [b]) => a - b)
    .slice(0, CLASSES)
    .map(([, telling]) => telling);
  return [...wrong.slice(0, LOSSES), ...right];
}

/** How far the probability of a mistake is from the truth. */
function error({ outcome, probability }: JudgedLabel): number {
  return outcome === "missed" ? 1 - probability : probability;
}

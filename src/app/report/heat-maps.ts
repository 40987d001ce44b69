// Where the network looked: heat maps of the largest losses, and of a right prediction of each class.
import { existsSync } from "node:fs";
import { ClassifierTrainingError, hostTensor } from "../../core/index.ts";
import type { DataModule } from "../../data/index.ts";
import { ExplainedNetwork, gradCam, type HeatMap } from "../../explain/index.ts";
import type { Image, ImageTensor } from "../../image/index.ts";
import type { BaseClassificationModel } from "../../models/index.ts";
import { heatLimit, heatOverlay, rgbOfBatch } from "../../plots/index.ts";
import type { ExplainedSample, Prediction } from "../../report/index.ts";
import type { Runtime } from "../../runtime/contract.ts";
import { loadCheckpoint } from "../../train/index.ts";
import { resize } from "../../transforms/index.ts";
import type { RunFolder } from "../run/run-folder.ts";
import { jpegAddress } from "./jpeg-address.ts";
import type { PredictedPart } from "./read-predictions.ts";

/** A run's best weights, and what computes with them. */
export interface HeatMapRequest {
  readonly folder: RunFolder;
  readonly data: DataModule;
  readonly model: BaseClassificationModel;
  readonly runtime: Runtime;
  readonly threads?: number | undefined;
  /** Takes a line on what the report lacks. */
  readonly note?: ((line: string) => void) | undefined;
}

interface Chosen {
  readonly prediction: Prediction;
  readonly tensor: ImageTensor;
}

/** Largest losses, and classes, that are shown. */
const [LOSSES, CLASSES] = [12, 24];
/** Pictures that go through the network together. */
const BATCH = 8;
/** Longest side of a picture, in pixels, and its quality as JPEG. */
const [SIDE, QUALITY] = [160, 80];

/**
 * Grad-CAM of the predicted classes, and of the true ones where they are others. None where the run has no weights; none, and a note,
 * where its network has no layer with places.
 */
export async function heatMaps(
  request: HeatMapRequest,
  predicted: PredictedPart,
): Promise<ExplainedSample[]> {
  const { folder, data, model, runtime, threads, note } = request;
  if (!existsSync(folder.bestCheckpoint) || predicted.predictions.length === 0) return [];
  const { tensors: weights } = await loadCheckpoint(folder.bestCheckpoint);
  const chosen: Chosen[] = [];
  for (const i of mostTelling(predicted.predictions)) {
    const tensor = await data.sample(predicted.part, predicted.indices[i]!).catch(unreadable);
    if (tensor !== undefined) chosen.push({ prediction: predicted.predictions[i]!, tensor });
  }
  const { network } = model;
  const explained = await ExplainedNetwork.open({ network, weights, runtime, threads });
  try {
    const samples: ExplainedSample[] = [];
    for (let first = 0; first < chosen.length; first += BATCH) {
      const some = chosen.slice(first, first + BATCH);
      const shape = [some.length, ...some[0]!.tensor.shape];
      const values = new Float32Array(shape.reduce((a, b) => a * b));
      for (const [i, { tensor }] of some.entries()) values.set(tensor.data, i * tensor.data.length);
      const images = hostTensor("float32", shape, values);
      const { maps } = await gradCam(explained, images, classesOf(some, "predicted"));
      const isWrong = some.some(({ prediction }) => prediction.truth !== prediction.predicted);
      const trueMaps = isWrong ? (await gradCam(explained, images, classesOf(some, "truth"))).maps : maps;
      for (const [i, { prediction }] of some.entries()) {
        const picture = rgbOfBatch(images, i, data.preprocessing);
        // Both on one scale: how much speaks for either can be compared.
        const limit = Math.max(heatLimit(maps[i]!), heatLimit(trueMaps[i]!));
        const drawn = (map: HeatMap): Promise<string> => address(heatOverlay(picture, map, limit, false));
        samples.push({
          ...prediction,
          picture: await address(picture),
          heat: await drawn(maps[i]!),
          ...(prediction.truth !== prediction.predicted && { trueHeat: await drawn(trueMaps[i]!) }),
        });
      }
    }
    return samples;
  } catch (error) {
    if (!(error instanceof ClassifierTrainingError) || error.code !== "NO_MAP_LAYER") throw error;
    note?.(`the report shows no heat maps: ${error.message}`);
    return [];
  } finally {
    await explained.dispose();
  }
}

const classesOf = (some: readonly Chosen[], which: "predicted" | "truth"): number[] =>
  some.map(({ prediction }) => prediction[which]);

/** The largest losses of wrong predictions, then of each class the right one that was surest. */
function mostTelling(predictions: readonly Prediction[]): number[] {
  const all = Array.from(predictions.keys());
  const isRight = (i: number): boolean => predictions[i]!.truth === predictions[i]!.predicted;
  const wrong = all.filter((i) => !isRight(i)).sort((a, b) => predictions[b]!.loss - predictions[a]!.loss);
  const surest = new Map<number, number>();
  for (const i of all.filter(isRight)) {
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

/** A picture that cannot be read any more is left out. */
function unreadable(error: unknown): undefined {
  if (error instanceof ClassifierTrainingError && error.kind === "data") return undefined;
  throw error;
}

function address(image: Image): Promise<string> {
  const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
  const [width, height] = [Math.round(image.width * scale), Math.round(image.height * scale)];
  return jpegAddress(scale === 1 ? image : resize(image, width, height), QUALITY);
}

// A thread that decodes and prepares the pictures of requests, one request at a time.
import { parentPort } from "node:worker_threads";
import { ClassifierTrainingError, formatShape, sameShape } from "../../core/index.ts";
import { PicturePreparation } from "../../inference/index.ts";
import { serveRequests } from "../../runtime/threaded/index.ts";
import type { PreparationRequest, PreparationRequests } from "./protocol.ts";
import { picturesOf } from "./request-pictures.ts";

/** Of the models that were asked for last. */
const preparations = new Map<string, PicturePreparation>();
const MOST_PREPARATIONS = 32;

serveRequests<PreparationRequests>(parentPort!, { prepare });

async function prepare(request: PreparationRequest): Promise<Float32Array[]> {
  const { labels, maxPixels, timeoutSeconds } = request;
  const preparation = preparationFor(labels);
  const expected = [3, ...labels.image_size];
  const tensors: Float32Array[] = [];
  for (const { name, picture } of await picturesOf(request)) {
    const { shape, data } = await preparation.prepare(picture, name, { maxPixels, timeoutSeconds });
    if (!sameShape(shape, expected)) {
      const message = `the preprocessing makes ${formatShape(shape)} of a picture, the network takes ${formatShape(expected)}`;
      throw new ClassifierTrainingError("data", "LABELS_MAPPING", message);
    }
    tensors.push(data);
  }
  return tensors;
}

function preparationFor(labels: PreparationRequest["labels"]): PicturePreparation {
  const key = JSON.stringify(labels.transforms);
  let preparation = preparations.get(key);
  if (preparation === undefined) {
    preparation = new PicturePreparation(labels);
    if (preparations.size === MOST_PREPARATIONS) preparations.clear();
    preparations.set(key, preparation);
  }
  return preparation;
}

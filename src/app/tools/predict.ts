// Classifies pictures with an exported model: files and folders in, predictions out.
import { stat } from "node:fs/promises";
import { ClassifierTrainingError } from "../../core/index.ts";
import {
  badPictureError,
  DataLoader,
  type ImageBatch,
  type ImageDataset,
  listPictures,
  WorkerPool,
} from "../../data/index.ts";
import { IMAGE_EXTENSIONS, type ImageTensor, readImage } from "../../image/index.ts";
import { Classifier, type Prediction, type TestTimeAugmentation } from "../../inference/index.ts";
import { processorCount } from "../../platform/index.ts";
import { transformFromDescription } from "../../transforms/index.ts";

/** The model, the pictures, and how much is said of each. */
export interface PredictRequest {
  /** An exported model. */
  readonly model: string;
  /** Pictures, and folders that are searched for pictures. */
  readonly pictures: readonly string[];
  /** Classes to name; default 3, and of several labels always all. */
  readonly topK?: number | undefined;
  readonly labelsPath?: string | undefined;
  /** Views of each picture whose probabilities are averaged; default: the picture alone. */
  readonly testTimeAugmentation?: TestTimeAugmentation | undefined;
  /** Pictures that are classified together; default 16. */
  readonly batchSize?: number;
  /** Threads that read pictures ahead; default: none for a few pictures, else up to four, one for each processor. */
  readonly workers?: number | undefined;
}

/** What became of one picture: predictions, or the error. */
export interface PicturePrediction {
  readonly picture: string;
  /** Most likely first; empty where the picture could not be read. */
  readonly predictions: readonly Prediction[];
  readonly error?: ClassifierTrainingError;
}

/**
 * Predictions for each picture, in order, as they are ready. A picture that cannot be read is reported in its
 * place; the others go on.
 * @throws ClassifierTrainingError kind "data" for a model that is not there, or no picture at all; kind "usage" `TOP_K`.
 */
export async function* predict(request: PredictRequest): AsyncGenerator<PicturePrediction> {
  const { model, labelsPath, testTimeAugmentation } = request;
  const pictures = await findPictures(request.pictures);
  await using classifier = await Classifier.load(model, {
    labelsPath,
    amongOthers: true,
    testTimeAugmentation,
  });
  const dataset = filesAsDataset(pictures);
  for await (const { index, ...result } of predictAll(classifier, dataset, request))
    yield { picture: pictures[index]!, ...result };
}

/** Files whose classes are not known. */
export const filesAsDataset = (paths: readonly string[]): ImageDataset => ({
  classes: [],
  labels: new Int32Array(paths.length),
  source: (index) => ({ kind: "file", path: paths[index]! }),
  name: (index) => paths[index]!,
});

/** What became of a picture of a data set. */
export type SamplePrediction = Omit<PicturePrediction, "picture"> & { readonly index: number };

/** Fewer pictures are read in less time than threads take to start. */
const FEW = 256;

/** How many predictions of a picture are given unless it is said: three classes, or all of several labels. */
export function namedOf({ task, classNames }: Pick<Classifier, "task" | "classNames">): number {
  return task === "multi_label" ? classNames.length : 3;
}

/** What of a classifier predicts. */
export type Predictor = Pick<Classifier, "task" | "classNames" | "takesTensors" | "transforms" | "predict">;

/** As `predict`, of the pictures of a data set in its order; its labels are not looked at. */
export async function* predictAll(
  classifier: Predictor,
  dataset: ImageDataset,
  options: Pick<PredictRequest, "topK" | "batchSize" | "workers"> = {},
): AsyncGenerator<SamplePrediction> {
  const count = dataset.labels.length;
  const {
    topK = namedOf(classifier),
    batchSize = 16,
    workers = count < FEW ? 0 : Math.min(4, processorCount()),
  } = options;
  if (!classifier.takesTensors) {
    for (let index = 0; index < count; index++) yield await predictPixels(classifier, dataset, index, topK);
    return;
  }
  const pool = workers === 0 ? undefined : await WorkerPool.start(workers);
  await using _closing = { [Symbol.asyncDispose]: async () => await pool?.close() };
  const unreadable = new Map<string, ClassifierTrainingError>();
  const loader = new DataLoader({
    dataset,
    order: Uint32Array.from(dataset.labels.keys()),
    pipeline: {
      read: {},
      transform: transformFromDescription({
        name: "Compose",
        options: { transforms: classifier.transforms as never },
      }),
      seed: 0,
    },
    batchSize,
    pool: pool && (async () => pool),
    onBadPicture: "skip",
    onSkipped: (bad) => unreadable.set(bad.name, badPictureError(bad)),
  });
  let next = 0;
  function* unreadableUpTo(end: number): Generator<SamplePrediction> {
    for (; next < end; next++)
      yield { index: next, predictions: [], error: unreadable.get(dataset.name(next))! };
  }
  for await (const batch of loader) {
    const predictions = await classifier.predict(tensorsOf(batch), topK);
    for (const [row, index] of batch.indices.entries()) {
      yield* unreadableUpTo(index);
      yield { index: next++, predictions: predictions[row]! };
    }
  }
  yield* unreadableUpTo(count);
}

/** For a model that prepares its pictures by itself. */
async function predictPixels(
  classifier: Predictor,
  dataset: ImageDataset,
  index: number,
  topK: number,
): Promise<SamplePrediction> {
  try {
    const image = await readImage(await dataset.source(index), dataset.name(index));
    const [predictions] = await classifier.predict([image], topK);
    return { index, predictions: predictions! };
  } catch (error) {
    if (!(error instanceof ClassifierTrainingError) || error.kind !== "data") throw error;
    return { index, predictions: [], error };
  }
}

function tensorsOf({ images: { data, shape }, indices }: ImageBatch): ImageTensor[] {
  const [, channels = 0, height = 0, width = 0] = shape;
  const size = channels * height * width;
  return indices.map((_, row) => ({
    dtype: "float32",
    shape: [channels, height, width],
    data: data.subarray(row * size, (row + 1) * size),
  }));
}

/**
 * The pictures that paths name, folders searched. A path that is not there beside others is a picture that cannot be read.
 * @throws ClassifierTrainingError kind "data" where nothing is there
 */
export async function findPictures(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  let missing = 0;
  for (const path of paths) {
    const entry = await stat(path).catch(() => undefined);
    if (entry === undefined) missing++;
    found.push(...(entry?.isDirectory() === true ? await listPictures(path) : [path]));
  }
  if (found.length > missing) return found;
  throw missing > 0
    ? new ClassifierTrainingError("data", "PICTURE_UNREADABLE", "there is no such picture or folder", {
        where: found.join(", "),
      })
    : new ClassifierTrainingError("data", "NO_PICTURES", "no pictures found", {
        where: paths.join(", "),
        hint: `pictures end with ${IMAGE_EXTENSIONS.join(" ")}`,
      });
}

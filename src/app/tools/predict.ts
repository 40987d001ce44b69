// Classifies pictures with an exported model: files and folders in, predictions out.
import { stat } from "node:fs/promises";
import { ClassifierTrainingError } from "../../core/index.ts";
import { listPictures } from "../../data/index.ts";
import { IMAGE_EXTENSIONS } from "../../image/index.ts";
import { Classifier, type Prediction } from "../../inference/index.ts";

/** The model, the pictures, and how much is said of each. */
export interface PredictRequest {
  /** An exported model. */
  readonly model: string;
  /** Pictures, and folders that are searched for pictures. */
  readonly pictures: readonly string[];
  /** Default 5. */
  readonly topK?: number;
  readonly labelsPath?: string | undefined;
  /** Pictures that are classified together; default 16. */
  readonly batchSize?: number;
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
 * @throws ClassifierTrainingError kind "data" for a model or path that is not there, or no picture at all.
 */
export async function* predict(request: PredictRequest): AsyncGenerator<PicturePrediction> {
  const { model, topK = 5, labelsPath, batchSize = 16 } = request;
  const pictures = await findPictures(request.pictures);
  await using classifier = await Classifier.load(model, { labelsPath });
  for (let start = 0; start < pictures.length; start += batchSize) {
    yield* predictBatch(classifier, pictures.slice(start, start + batchSize), topK);
  }
}

async function* predictBatch(
  classifier: Classifier,
  pictures: readonly string[],
  topK: number,
): AsyncGenerator<PicturePrediction> {
  try {
    const predictions = await classifier.predict(pictures, topK);
    for (const [i, picture] of pictures.entries()) yield { picture, predictions: predictions[i]! };
  } catch (error) {
    if (!(error instanceof ClassifierTrainingError) || error.kind !== "data") throw error;
    if (pictures.length === 1) yield { picture: pictures[0]!, predictions: [], error };
    else for (const picture of pictures) yield* predictBatch(classifier, [picture], topK);
  }
}

/** The pictures that paths name, folders searched. @throws ClassifierTrainingError kind "data" */
export async function findPictures(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const entry = await stat(path).catch(() => undefined);
    if (entry === undefined) {
      throw new ClassifierTrainingError("data", "PICTURE_UNREADABLE", "there is no such picture or folder", {
        where: path,
      });
    }
    found.push(...(entry.isDirectory() ? await listPictures(path) : [path]));
  }
  if (found.length > 0) return found;
  throw new ClassifierTrainingError("data", "NO_PICTURES", "no pictures found", {
    where: paths.join(", "),
    hint: `pictures end with ${IMAGE_EXTENSIONS.join(" ")}`,
  });
}

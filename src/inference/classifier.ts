// A classifier made of an exported model alone: pictures in, classes with probabilities out.
import { ClassifierTrainingError, hostTensor, RandomStream } from "../core/index.ts";
import { type Image, type ImageSource, type ImageTensor, isImage, readImage } from "../image/index.ts";
import { decodeModel, modelMetadata } from "../onnx/index.ts";
import { readText } from "../platform/index.ts";
import { type Transform, transformFromDescription } from "../transforms/index.ts";
import {
  classNamesOf,
  LABELS_METADATA_KEY,
  type LabelsMapping,
  parseLabelsMapping,
} from "./labels-mapping.ts";
import { type OnnxSession, openOnnxSession, readModel } from "./onnx-session.ts";

/** A class and how likely it is. */
export interface Prediction {
  readonly classId: number;
  readonly label: string;
  /** Softmax of the logits, in [0, 1]. */
  readonly confidence: number;
}

/**
 * Where labels come from and how many threads compute; by default the model decides the one and onnxruntime the
 * other.
 */
export interface ClassifierOptions {
  /** Default: the labels inside the model. */
  readonly labelsPath?: string | undefined;
  /** Compute threads; default: onnxruntime's choice. */
  readonly threads?: number | undefined;
}

/** Pictures that are decoded and classified together. */
const BATCH = 32;

/** A picture: a file's path, encoded bytes, or decoded pixels. */
export type Picture = string | Uint8Array | Image;

/** Loads exports only; nothing of the training code is needed. */
export class Classifier implements AsyncDisposable {
  readonly labels: LabelsMapping;
  readonly classNames: readonly string[];
  readonly #session: OnnxSession;
  readonly #preprocess: Transform;

  private constructor(session: OnnxSession, labels: LabelsMapping) {
    this.#session = session;
    this.labels = labels;
    this.classNames = classNamesOf(labels);
    this.#preprocess = transformFromDescription({
      name: "Compose",
      options: { transforms: labels.transforms as never },
    });
  }

  /**
   * @param model a file's path, or its bytes
   * @throws ClassifierTrainingError kind "data": `MODEL_MISSING`, `MODEL_INVALID`, `MODEL_LABELS`, `LABELS_MAPPING`.
   */
  static async load(
    model: string | Uint8Array,
    { labelsPath, threads }: ClassifierOptions = {},
  ): Promise<Classifier> {
    const [bytes, name] = typeof model === "string" ? [await readModel(model), model] : [model, "the model"];
    const session = await openOnnxSession(bytes, name, threads);
    try {
      return new Classifier(session, await loadLabels(bytes, name, labelsPath));
    } catch (error) {
      await session.dispose();
      throw error;
    }
  }

  /**
   * Predictions for each picture, most likely first; of equals the lower class first. Any number of pictures will do: a
   * few at a time are in memory.
   * @throws ClassifierTrainingError kind "data" naming a picture that cannot be read.
   */
  async predict(pictures: readonly Picture[], topK = 5): Promise<Prediction[][]> {
    const predictions: Prediction[][] = [];
    for (let first = 0; first < pictures.length; first += BATCH)
      predictions.push(...(await this.#predictBatch(pictures.slice(first, first + BATCH), first, topK)));
    return predictions;
  }

  async #predictBatch(pictures: readonly Picture[], first: number, topK: number): Promise<Prediction[][]> {
    const tensors = await Promise.all(pictures.map((picture, i) => this.#prepare(picture, first + i)));
    const shape = [tensors.length, ...tensors[0]!.shape];
    const data = new Float32Array(tensors.length * tensors[0]!.data.length);
    for (const [i, tensor] of tensors.entries()) data.set(tensor.data, i * tensor.data.length);
    const logits = await this.#session.run(hostTensor("float32", shape, data));
    const classes = logits.shape[1]!;
    return pictures.map((_, row) =>
      this.#rank(logits.data.subarray(row * classes, (row + 1) * classes), topK),
    );
  }

  async dispose(): Promise<void> {
    await this.#session.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  async #prepare(picture: Picture, index: number): Promise<ImageTensor> {
    const image = await readImage(
      toSource(picture),
      typeof picture === "string" ? picture : `picture ${index}`,
    );
    const pixels = await this.#preprocess.apply(image, new RandomStream(0, "predict"));
    if (!isImage(pixels)) return pixels;
    throw new ClassifierTrainingError(
      "data",
      "LABELS_MAPPING",
      "the preprocessing does not end with a tensor",
    );
  }

  #rank(logits: Float32Array, topK: number): Prediction[] {
    const probabilities = softmax(logits);
    return Array.from(probabilities, (confidence, classId) => ({
      classId,
      label: this.classNames[classId]!,
      confidence,
    }))
      .sort((a, b) => b.confidence - a.confidence || a.classId - b.classId)
      .slice(0, topK);
  }
}

function toSource(picture: Picture): ImageSource {
  if (typeof picture === "string") return { kind: "file", path: picture };
  if (picture instanceof Uint8Array) return { kind: "bytes", bytes: picture };
  return { kind: "image", image: picture };
}

async function loadLabels(
  model: Uint8Array,
  path: string,
  labelsPath: string | undefined,
): Promise<LabelsMapping> {
  if (labelsPath !== undefined) return parseLabelsMapping(await readText(labelsPath), labelsPath);
  const text = modelMetadata(decodeModel(model)).get(LABELS_METADATA_KEY);
  if (text !== undefined) return parseLabelsMapping(text, path);
  throw new ClassifierTrainingError("data", "MODEL_LABELS", "the model does not say what its classes are", {
    where: path,
    hint: "give its labels with --labels labels_mapping.json",
  });
}

/** exp(x - max) / sum, which neither overflows nor divides by 0. */
function softmax(logits: Float32Array): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

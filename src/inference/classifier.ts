// A classifier made of an exported model alone: pictures in, classes with probabilities out.
import { CALIBRATION_METADATA_KEY, type Calibration, parseCalibration } from "../calibrate/index.ts";
import { ClassifierTrainingError, hostTensor, type TaskName } from "../core/index.ts";
import type { Image, ImageTensor } from "../image/index.ts";
import { decodeModel, modelInputs, modelMetadata } from "../onnx/index.ts";
import { readText } from "../platform/index.ts";
import type { TransformDescription } from "../transforms/index.ts";
import {
  classNamesOf,
  LABELS_METADATA_KEY,
  type LabelsMapping,
  parseLabelsMapping,
  taskOfLabels,
} from "./labels-mapping.ts";
import { type OnnxSession, openOnnxSession, readModel } from "./onnx-session.ts";
import { PicturePreparation } from "./picture-preparation.ts";
import { meanOf, type Prediction, type Reading, rankClasses } from "./rank.ts";
import { type TestTimeAugmentation, viewsIn, viewTransforms } from "./views.ts";

/**
 * Where labels come from and how many threads compute; by default the model decides the one and onnxruntime the
 * other.
 */
export interface ClassifierOptions {
  /** Default: the labels inside the model. */
  readonly labelsPath?: string | undefined;
  /** Compute threads; default: onnxruntime's choice. */
  readonly threads?: number | undefined;
  /** Whether other threads work meanwhile, such as those that read pictures: compute threads then do not wait busily. Default false. */
  readonly amongOthers?: boolean | undefined;
  /** Views of each picture whose probabilities are averaged; default: the picture alone. */
  readonly testTimeAugmentation?: TestTimeAugmentation | undefined;
  /** What errors call a model that is given as bytes; default "the model". */
  readonly name?: string | undefined;
}

/** Pictures that are decoded and classified together. */
const BATCH = 32;

/** A picture: a file's path, encoded bytes, decoded pixels, or what a `PicturePreparation` made of one. */
export type Picture = string | Uint8Array | Image | ImageTensor;

/** Loads exports only; nothing of the training code is needed. */
export class Classifier implements AsyncDisposable, Reading {
  readonly labels: LabelsMapping;
  readonly classNames: readonly string[];
  /** How pictures are labelled: with one class each, or with several labels. */
  readonly task: TaskName;
  /** What is done to pictures before the network, all views of one below the other. */
  readonly transforms: readonly TransformDescription[];
  /** Undefined where the model is not calibrated. */
  readonly calibration: Calibration | undefined;
  /** Of several labels, the probability above which each is present; undefined: 0.5. */
  readonly thresholds: readonly number[] | undefined;
  readonly #session: OnnxSession;
  readonly #preparation: PicturePreparation;
  /** Axes of the pixels that the model takes; undefined where it takes preprocessed pictures. */
  readonly #pixelAxes: number | undefined;
  readonly #augmentation: TestTimeAugmentation | undefined;

  private constructor(
    session: OnnxSession,
    labels: LabelsMapping,
    calibration: Calibration | undefined,
    pixelAxes: number | undefined,
    augmentation: TestTimeAugmentation | undefined,
  ) {
    this.#session = session;
    this.#pixelAxes = pixelAxes;
    this.labels = labels;
    this.classNames = classNamesOf(labels);
    this.task = taskOfLabels(labels);
    this.thresholds = labels.thresholds;
    this.calibration = calibration;
    this.#augmentation = augmentation;
    this.transforms = viewTransforms(augmentation, labels.transforms);
    this.#preparation = new PicturePreparation(this);
    if (augmentation === undefined || pixelAxes === undefined) return;
    throw new ClassifierTrainingError("usage", "TTA_PIXELS", "the model prepares pictures by itself", {
      where: "--tta",
      hint: "use the model that takes preprocessed pictures: model.onnx",
    });
  }

  /**
   * @param model a file's path, or its bytes
   * @throws ClassifierTrainingError kind "data": `MODEL_MISSING`, `MODEL_INVALID`, `MODEL_LABELS`, `LABELS_MAPPING`.
   */
  static async load(
    model: string | Uint8Array,
    {
      labelsPath,
      threads,
      amongOthers,
      testTimeAugmentation,
      name: given = "the model",
    }: ClassifierOptions = {},
  ): Promise<Classifier> {
    const [bytes, name] = typeof model === "string" ? [await readModel(model), model] : [model, given];
    const session = await openOnnxSession(bytes, name, threads, amongOthers);
    try {
      const decoded = decodeModel(bytes);
      const metadata = modelMetadata(decoded);
      const [input] = modelInputs(decoded);
      const labels = await loadLabels(metadata, name, labelsPath);
      const calibration = metadata.get(CALIBRATION_METADATA_KEY);
      return new Classifier(
        session,
        labels,
        calibration === undefined
          ? undefined
          : parseCalibration(calibration, labels.num_classes, name, taskOfLabels(labels)),
        input?.dtype === "uint8" ? input.shape.length : undefined,
        testTimeAugmentation,
      );
    } catch (error) {
      await session.dispose();
      throw error;
    }
  }

  /** Whether pictures may be prepared elsewhere, by `transforms`, and given as tensors. */
  get takesTensors(): boolean {
    return this.#pixelAxes === undefined;
  }

  /**
   * Predictions for each picture, most likely first; of equals the lower class first. Any number of pictures will do: a
   * few at a time are in memory.
   * @param topK classes that are named; default 5, and of several labels always all
   * @throws ClassifierTrainingError kind "data" naming a picture that cannot be read; kind "usage" `TOP_K` for fewer than all labels
   */
  async predict(pictures: readonly Picture[], topK?: number): Promise<Prediction[][]> {
    const named = this.#named(topK);
    const predictions: Prediction[][] = [];
    for (let first = 0; first < pictures.length; first += BATCH)
      predictions.push(...(await this.#predictBatch(pictures.slice(first, first + BATCH), first, named)));
    return predictions;
  }

  /**
   * The network's results for each picture, which no calibration has touched; the mean of those of its views.
   * @returns row-major [pictures, classes]
   * @throws ClassifierTrainingError kind "data" naming a picture that cannot be read.
   */
  async logits(pictures: readonly Picture[]): Promise<Float32Array> {
    const rows: Float32Array[] = [];
    for (let first = 0; first < pictures.length; first += BATCH)
      rows.push(...(await this.#compute(pictures.slice(first, first + BATCH), first)).map(meanOf));
    const all = new Float32Array(rows.length * (rows[0]?.length ?? 0));
    for (const [i, row] of rows.entries()) all.set(row, i * row.length);
    return all;
  }

  async #predictBatch(pictures: readonly Picture[], first: number, topK: number): Promise<Prediction[][]> {
    const computed = await this.#compute(pictures, first);
    return computed.map((views) => rankClasses(views, this).slice(0, topK));
  }

  /** The logits of each view of each picture. */
  async #compute(pictures: readonly Picture[], first: number): Promise<Float32Array[][]> {
    if (this.#pixelAxes !== undefined) return this.#computePixels(pictures, first, this.#pixelAxes);
    const prepared = await Promise.all(pictures.map((picture, i) => this.#prepare(picture, first + i)));
    const views = prepared.map((tensor) => viewsIn(tensor, this.#augmentation));
    const tensors = views.flat();
    const shape = [tensors.length, ...tensors[0]!.shape];
    const data = new Float32Array(tensors.length * tensors[0]!.data.length);
    for (const [i, tensor] of tensors.entries()) data.set(tensor.data, i * tensor.data.length);
    const logits = (await this.#session.run(hostTensor("float32", shape, data))).data;
    const classes = logits.length / tensors.length;
    let row = 0;
    return views.map((each) => each.map(() => logits.subarray(row * classes, ++row * classes)));
  }

  /** One picture after another, since their sizes differ. */
  async #computePixels(pictures: readonly Picture[], first: number, axes: number): Promise<Float32Array[][]> {
    const rows: Float32Array[][] = [];
    for (const [i, picture] of pictures.entries()) {
      const { width, height, data } = await this.#preparation.decode(picture, nameOf(picture, first + i));
      const shape = [1, height, width, 3].slice(-axes);
      rows.push([(await this.#session.run(hostTensor("uint8", shape, data))).data]);
    }
    return rows;
  }

  async dispose(): Promise<void> {
    await this.#session.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  #prepare(picture: Picture, index: number): Promise<ImageTensor> {
    return this.#preparation.prepare(picture, nameOf(picture, index));
  }

  /** @throws ClassifierTrainingError kind "usage" `TOP_K` */
  #named(topK: number | undefined): number {
    const { length } = this.classNames;
    if (this.task === "multi_class") return topK ?? 5;
    if (topK === undefined || topK >= length) return length;
    const message = `the model tells which of ${length} labels are there, not the ${topK} likeliest`;
    throw new ClassifierTrainingError("usage", "TOP_K", message, {
      where: "--top-k",
      hint: "leave it out: all labels come with their probabilities and whether they are present",
    });
  }
}

function nameOf(picture: Picture, index: number): string {
  return typeof picture === "string" ? picture : `picture ${index}`;
}

async function loadLabels(
  metadata: ReadonlyMap<string, string>,
  path: string,
  labelsPath: string | undefined,
): Promise<LabelsMapping> {
  if (labelsPath !== undefined) return parseLabelsMapping(await readText(labelsPath), labelsPath);
  const text = metadata.get(LABELS_METADATA_KEY);
  if (text !== undefined) return parseLabelsMapping(text, path);
  throw new ClassifierTrainingError("data", "MODEL_LABELS", "the model does not say what its classes are", {
    where: path,
    hint: "give its labels with --labels labels_mapping.json",
  });
}

// Why a classifier says what it says of pictures: heat maps of what speaks for a class.
import {
  ClassifierTrainingError,
  didYouMean,
  type HostTensor,
  hostTensor,
  toNumbers,
} from "../../../core/index.ts";
import type { HeatMap } from "../../../explain/index.ts";
import { type Prediction, rankClasses } from "../../../inference/index.ts";
import { type RgbImage, rgbOfBatch } from "../../../plots/index.ts";
import { runFolderOf } from "../../run/run-folder.ts";
import { findPictures } from "../predict.ts";
import { type Baseline, inNetworkUnits } from "./baseline.ts";
import { type ExplanationMethod, type Finding, METHODS, type MethodOptions } from "./methods.ts";
import { exportedSubject, isExport, type Subject, type SubjectRequest, trainedSubject } from "./subject.ts";

/** The model, the pictures, and how they are looked at. */
export interface ExplainRequest extends SubjectRequest {
  /** Pictures, and folders that are searched for pictures. */
  readonly pictures: readonly string[];
  /** Default: `gradcam` for runs, `occlusion` for exported models. */
  readonly method?: ExplanationMethod | undefined;
  /**
   * Name or number of the class that is explained; default: of each picture the predicted one, or each label that is present, the
   * likeliest where none is.
   */
  readonly className?: string | undefined;
  /** Of `gradcam`: path of the layer; default: the last that tells places apart. */
  readonly layer?: string | undefined;
  /** Of `occlusion`: side of the squares and pixels between them; see `OcclusionOptions`. */
  readonly patch?: number | undefined;
  readonly stride?: number | undefined;
  /** Colour that covers in `occlusion` (default `mean`) and that `integrated_gradients` begins with (default `black`). */
  readonly baseline?: Baseline | undefined;
  /** Of `integrated_gradients`; default 50. */
  readonly steps?: number | undefined;
}

/** What was found of one picture and one class or label. */
export interface Explanation {
  readonly picture: string;
  /** As the network saw it. */
  readonly image: RgbImage;
  readonly method: ExplanationMethod;
  /** All classes, most likely first, as `predict` says them. */
  readonly predictions: readonly Prediction[];
  /** The class that is explained. */
  readonly explained: Prediction;
  readonly map: HeatMap;
  readonly finding: Finding;
}

/** What became of one picture: its explanation, or the error. */
export type PictureExplanation =
  | Explanation
  | { readonly picture: string; readonly error: ClassifierTrainingError };

/**
 * Explanations of pictures, in order, as they are ready, those of several labels one after another. A picture that cannot be read is reported in its place; the
 * others go on.
 * @throws ClassifierTrainingError kind "usage" `METHOD_NEEDS_WEIGHTS`, `METHOD_OPTION`, `CLASS_UNKNOWN`, `LAYER_UNKNOWN`, `NO_MAP_LAYER`,
 * `OCCLUSION_OPTIONS`, `NO_WEIGHTS`; others as model or all pictures are not there
 */
export async function* explain(request: ExplainRequest): AsyncGenerator<PictureExplanation> {
  const exported = isExport(request.model);
  const method = request.method ?? (exported ? "occlusion" : "gradcam");
  if (exported && method !== "occlusion") throw needsWeights(method, request.model);
  for (const option of ["layer", "patch", "stride", "steps", "baseline"] as const) {
    if (request[option] !== undefined && !METHODS[method].takes.includes(option))
      throw notAnOption(option, method);
  }
  const pictures = await findPictures(request.pictures);
  await using subject = await (exported ? exportedSubject(request) : trainedSubject(request));
  const wanted = request.className === undefined ? undefined : classOf(request.className, subject.classNames);
  for (const picture of pictures) {
    let tensor: HostTensor<"float32">;
    try {
      tensor = await subject.prepare({ kind: "file", path: picture }, picture);
    } catch (error) {
      if (!(error instanceof ClassifierTrainingError) || error.kind !== "data") throw error;
      yield { picture, error };
      continue;
    }
    yield* explainPicture(subject, picture, tensor, wanted, { ...request, method });
  }
}

/** How a picture is looked at, as in an `ExplainRequest`. */
export type Look = Pick<ExplainRequest, "layer" | "patch" | "stride" | "baseline" | "steps"> & {
  readonly method: ExplanationMethod;
};

/**
 * Explanations of one picture that `subject` prepared.
 * @param picture what it is called
 * @param wanted which class; default as of an `ExplainRequest`
 * @throws ClassifierTrainingError as the method does
 */
export async function* explainPicture(
  subject: Subject,
  picture: string,
  tensor: HostTensor<"float32">,
  wanted: number | undefined,
  look: Look,
): AsyncGenerator<Explanation> {
  const batch = hostTensor("float32", [1, ...tensor.shape], tensor.data);
  const { data } = await subject.classify(batch);
  const predictions = rankClasses([Float32Array.from(toNumbers(data))], subject);
  const { method, layer, patch, stride, steps, baseline } = look;
  const covering = inNetworkUnits(baseline ?? METHODS[method].baseline, subject.normalization);
  const options = { layer, patch, stride, steps, baseline: covering };
  const image = rgbOfBatch(batch, 0, subject.normalization);
  for (const explained of chosenOf(predictions, wanted)) {
    const finding = await METHODS[method].find(subject, tensor, explained, options);
    yield { picture, image, method, predictions, explained, map: finding.map, finding };
  }
}

/** The class that is asked for; else every label that is present, or what is likeliest. */
function chosenOf(predictions: readonly Prediction[], wanted: number | undefined): readonly Prediction[] {
  const asked = predictions.filter(({ classId }) => classId === wanted);
  if (asked.length > 0) return asked;
  const present = predictions.filter((prediction) => prediction.present === true);
  return present.length > 0 ? present : predictions.slice(0, 1);
}

/** A name goes before a number. @throws ClassifierTrainingError kind "usage" `CLASS_UNKNOWN` */
function classOf(word: string, classNames: readonly string[]): number {
  const named = classNames.indexOf(word);
  if (named >= 0) return named;
  const number = /^\d+$/.test(word) ? Number(word) : classNames.length;
  if (number < classNames.length) return number;
  throw new ClassifierTrainingError("usage", "CLASS_UNKNOWN", `the model has no class "${word}"`, {
    where: "--class",
    hint:
      didYouMean(word, classNames) ??
      `it has ${classNames.length}: ${classNames.slice(0, 12).join(", ")}, ... or a number below ${classNames.length}`,
  });
}

function needsWeights(method: ExplanationMethod, model: string): ClassifierTrainingError {
  let run: string | undefined;
  try {
    run = runFolderOf(model).path;
  } catch {
    // The model lies in no run's folder.
  }
  return new ClassifierTrainingError(
    "usage",
    "METHOD_NEEDS_WEIGHTS",
    `${method} takes gradients, which an exported model does not give`,
    { where: model, hint: `use --method occlusion, or explain ${run ?? "the folder of its run"}` },
  );
}

function notAnOption(option: keyof MethodOptions, method: ExplanationMethod): ClassifierTrainingError {
  const those = Object.entries(METHODS).filter(([, { takes }]) => takes.includes(option));
  return new ClassifierTrainingError("usage", "METHOD_OPTION", `${method} has no ${option}`, {
    where: `--${option}`,
    hint: `it belongs to ${those.map(([name]) => name).join(" and ")}`,
  });
}

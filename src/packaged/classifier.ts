// The classifier that a package exports: pictures in, classes with probabilities out, everything loaded when it is first needed.
import { type Doubt, doubtOf } from "../calibrate/doubt.ts";
import { probabilitiesOf } from "../calibrate/scaling.ts";
import { hostTensor } from "../core/tensor.ts";
import type { Image } from "../image/image.ts";
import { type OnnxSession, openOnnxSession } from "../inference/onnx-session.ts";
import { isPresent } from "../tasks/multi-label/presence.ts";
import type { PackagedModel } from "./model.ts";
import { prepare } from "./prepare.ts";

/** A class and how likely it is. */
export interface Prediction {
  readonly label: string;
  /** In [0, 1]. */
  readonly confidence: number;
  /** Of several labels, whether this one is there. */
  readonly present?: boolean;
  /** Why this, the likeliest class, is not to be relied on, where the model was calibrated to say so. */
  readonly unsure?: Doubt;
}

/** Which of several labels a picture has, likeliest first, and what is said of each label. */
export interface SeveralLabels {
  readonly labels: readonly string[];
  readonly predictions: readonly Prediction[];
}

/** Pictures of kind `P` in, predictions out. */
export interface PackagedClassifier<P> {
  /** Loads the model and what it computes with; `classify` does so when it is first called. */
  load(): Promise<void>;
  /**
   * The likeliest classes, likeliest first. Default `topK`: all. Of a model that tells several labels, these, and all predictions.
   * @throws Error naming what is wrong with the picture
   */
  classify(picture: P, options?: { readonly topK?: number }): Promise<Prediction[] | SeveralLabels>;
  /** Frees the model; it is loaded again when it is next needed. */
  close(): Promise<void>;
}

/**
 * @param readModel the bytes of the `.onnx` file
 * @param readPicture decodes what `classify` is given
 */
export function createClassifier<P>(
  model: PackagedModel,
  readModel: () => Promise<Uint8Array>,
  readPicture: (picture: P) => Promise<Image>,
): PackagedClassifier<P> {
  let opening: Promise<OnnxSession> | undefined;
  const open = (): Promise<OnnxSession> => {
    opening ??= readModel()
      .then((bytes) => openOnnxSession(bytes, "model.onnx"))
      .catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
    return opening;
  };
  return {
    load: async () => {
      await open();
    },
    async classify(picture, { topK = model.labels.length } = {}) {
      const [session, image] = await Promise.all([open(), readPicture(picture)]);
      const { shape, data } = prepare(image, model);
      const { data: logits } = await session.run(hostTensor("float32", [1, ...shape], data));
      const predictions = ranked(logits, model);
      if (model.thresholds === undefined) return predictions.slice(0, topK);
      return { labels: predictions.flatMap(({ label, present }) => (present ? label : [])), predictions };
    },
    async close() {
      const session = opening;
      opening = undefined;
      await (await session)?.dispose();
    },
  };
}

function ranked(logits: Float32Array, { labels, calibration, thresholds }: PackagedModel): Prediction[] {
  const task = thresholds && "multi_label";
  const probabilities = probabilitiesOf(logits, calibration?.scaling, task);
  const order = Array.from(probabilities.keys()).sort(
    (a, b) => probabilities[b]! - probabilities[a]! || a - b,
  );
  const [best] = order as [number];
  const unsure = calibration && doubtOf(calibration, logits, best, probabilities[best]!, task);
  return order.map((c) => ({
    label: labels[c]!,
    confidence: probabilities[c]!,
    ...(thresholds === undefined ? {} : { present: isPresent(probabilities[c]!, thresholds[c]) }),
    ...(c === best && unsure !== undefined ? { unsure } : {}),
  }));
}

// The classifier that a package exports: pictures in, classes with probabilities out, everything loaded when it is first needed.
import { type Doubt, doubtOf } from "../calibrate/doubt.ts";
import { probabilitiesOf } from "../calibrate/scaling.ts";
import { hostTensor } from "../core/tensor.ts";
import type { Image } from "../image/image.ts";
import { type OnnxSession, openOnnxSession } from "../inference/onnx-session.ts";
import type { PackagedModel } from "./model.ts";
import { prepare } from "./prepare.ts";

/** A class and how likely it is. */
export interface Prediction {
  readonly label: string;
  /** In [0, 1]. */
  readonly confidence: number;
  /** Why this, the likeliest class, is not to be relied on, where the model was calibrated to say so. */
  readonly unsure?: Doubt;
}

/** Pictures of kind `P` in, predictions out. */
export interface PackagedClassifier<P> {
  /** Loads the model and what it computes with; `classify` does so when it is first called. */
  load(): Promise<void>;
  /** The likeliest classes, likeliest first. Default `topK`: all. @throws Error naming what is wrong with the picture */
  classify(picture: P, options?: { readonly topK?: number }): Promise<Prediction[]>;
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
      return ranked(logits, model).slice(0, topK);
    },
    async close() {
      const session = opening;
      opening = undefined;
      await (await session)?.dispose();
    },
  };
}

function ranked(logits: Float32Array, { labels, calibration }: PackagedModel): Prediction[] {
  const probabilities = probabilitiesOf(logits, calibration?.scaling);
  const order = Array.from(probabilities.keys()).sort(
    (a, b) => probabilities[b]! - probabilities[a]! || a - b,
  );
  const [best] = order as [number];
  const unsure = calibration && doubtOf(calibration, logits, best, probabilities[best]!);
  return order.map((c) => ({
    label: labels[c]!,
    confidence: probabilities[c]!,
    ...(c === best && unsure !== undefined ? { unsure } : {}),
  }));
}

// Compares a model that takes pixels with the same model behind the transforms outside of it.
import { hostTensor, RandomStream, type TaskName } from "../core/index.ts";
import { type Image, isImage } from "../image/index.ts";
import { type OnnxSession, openOnnxSession } from "../inference/index.ts";
import { activated } from "../tasks/activation.ts";
import { type Preprocessing, resize, transformFromDescription } from "../transforms/index.ts";
import type { PixelInput } from "./pixels/pixel-input.ts";
import { mismatch } from "./verify-export.ts";

/** Largest difference of a class's probability that is accepted. */
export const PIXELS_TOLERANCE = 2e-3;

/** Sizes that are compared, [height, width]: landscape, portrait, tiny. */
const SIZES = [
  [333, 517],
  [421, 260],
  [31, 44],
] as const;

/** How pictures are prepared and labelled, and what the model takes. */
export interface PixelVerification {
  readonly preprocessing: Preprocessing;
  readonly input: PixelInput;
  /** Default `multi_class`. */
  readonly task?: TaskName | undefined;
  readonly threads?: number | undefined;
}

/**
 * Runs both on pictures of odd sizes.
 * @param inside takes pixels
 * @param outside the same model, which takes preprocessed pictures
 * @returns the largest difference of a probability
 * @throws ClassifierTrainingError `EXPORT_MISMATCH` where it is more than `PIXELS_TOLERANCE`
 */
export async function verifyPixelInput(
  inside: Uint8Array,
  outside: Uint8Array,
  { preprocessing: { transforms }, input, task = "multi_class", threads }: PixelVerification,
): Promise<number> {
  const preprocess = transformFromDescription({
    name: "Compose",
    options: { transforms: transforms as never },
  });
  const sessions = await Promise.all(
    [inside, outside].map((bytes) => openOnnxSession(bytes, "model.onnx", threads)),
  );
  const [own, other] = sessions as [OnnxSession, OnnxSession];
  try {
    let largest = 0;
    for (const image of SIZES.map(([height, width], i) => blurredNoise(height, width, i))) {
      const prepared = await preprocess.apply(image, new RandomStream(0, "predict"));
      if (isImage(prepared)) throw mismatch("its transforms do not end with a tensor");
      const { width, height, data } = image;
      const shape = [...(input === "pixels" ? [] : [1]), height, width, 3];
      const ofPixels = await own.run(hostTensor("uint8", shape, data));
      const ofTensor = await other.run(hostTensor("float32", [1, ...prepared.shape], prepared.data));
      const [a, b] = [activated(ofPixels.data, task), activated(ofTensor.data, task)];
      largest = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), largest);
    }
    if (!(largest <= PIXELS_TOLERANCE)) throw mismatch(`with pixels its probabilities differ by ${largest}`);
    return largest;
  } finally {
    for (const session of sessions) await session.dispose();
  }
}

/** Colours that change over many pixels, as those of photographs do. */
function blurredNoise(height: number, width: number, index: number): Image {
  const random = new RandomStream(index, "verify-pixels");
  const [rows, columns] = [Math.ceil(height / 8), Math.ceil(width / 8)];
  const data = Uint8Array.from({ length: rows * columns * 3 }, () => random.uniform(0, 256));
  return resize({ width: columns, height: rows, data }, width, height, "bicubic");
}

// Several views of one picture, whose probabilities are averaged: mirrored, or cropped at the corners.
import { ClassifierTrainingError, hostTensor, RandomStream } from "../core/index.ts";
import { type Image, type ImageTensor, isImage, type Pixels } from "../image/index.ts";
import { fiveCrops, type TransformDescription, transformFromDescription } from "../transforms/index.ts";

/**
 * `flip`: the picture and its mirror image. `five_crop`: torchvision's `FiveCrop` in place of the central crop, the corners and the
 * middle.
 */
export type TestTimeAugmentation = "flip" | "five_crop";

/** All kinds, for messages and options. */
export const TEST_TIME_AUGMENTATIONS: readonly TestTimeAugmentation[] = ["flip", "five_crop"];

/** Makes the views of pictures that are prepared by these transforms. */
export class Views {
  readonly #kind: TestTimeAugmentation;
  readonly #before: (pixels: Pixels) => Promise<Pixels>;
  readonly #size: readonly [height: number, width: number];
  readonly #after: (pixels: Pixels) => Promise<Pixels>;

  /** @throws ClassifierTrainingError kind "usage" `TTA_NO_CROP` where there is no central crop to replace. */
  constructor(kind: TestTimeAugmentation, transforms: readonly TransformDescription[]) {
    this.#kind = kind;
    const at = transforms.findLastIndex(({ name }) => name === "CenterCrop");
    if (kind === "five_crop" && at === -1) {
      const message = "the model's preprocessing has no central crop that five could replace";
      throw new ClassifierTrainingError("usage", "TTA_NO_CROP", message, {
        where: "--tta",
        hint: "use flip",
      });
    }
    const size = transforms[at]?.options.size as number | readonly [number, number] | undefined;
    this.#size = typeof size === "object" ? size : [size ?? 0, size ?? 0];
    this.#before = pipeline(transforms.slice(0, at));
    this.#after = pipeline(transforms.slice(at + 1));
  }

  /** @param prepared the picture as it is prepared without views */
  async of(image: Image, prepared: ImageTensor): Promise<ImageTensor[]> {
    if (this.#kind === "flip") return [prepared, mirrored(prepared)];
    const whole = await this.#before(image);
    if (!isImage(whole)) return [prepared];
    return Promise.all(
      fiveCrops(whole, ...this.#size).map(async (crop) => (await this.#after(crop)) as ImageTensor),
    );
  }
}

function pipeline(transforms: readonly TransformDescription[]): (pixels: Pixels) => Promise<Pixels> {
  const transform = transformFromDescription({
    name: "Compose",
    options: { transforms: transforms as never },
  });
  return async (pixels) => transform.apply(pixels, new RandomStream(0, "views"));
}

/** A tensor [3, height, width] with its columns in the opposite order. */
export function mirrored({ shape, data }: ImageTensor): ImageTensor {
  const width = shape[2]!;
  const result = new Float32Array(data.length);
  for (let row = 0; row < data.length; row += width)
    result.set(data.subarray(row, row + width).toReversed(), row);
  return hostTensor("float32", shape, result);
}

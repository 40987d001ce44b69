// Several views of one picture, whose probabilities are averaged: mirrored, or cropped at the corners.
import { ClassifierTrainingError, hostTensor } from "../core/index.ts";
import type { ImageTensor } from "../image/index.ts";
import type { TransformDescription } from "../transforms/index.ts";

/**
 * `flip`: the picture and its mirror image. `five_crop`: torchvision's `FiveCrop` in place of the central crop, the corners and the
 * middle.
 */
export type TestTimeAugmentation = "flip" | "five_crop";

/**
 * The transforms of a model that prepare all views of a picture, one below the other.
 * @throws ClassifierTrainingError kind "usage" `TTA_NO_CROP` where there is no central crop to replace.
 */
export function viewTransforms(
  kind: TestTimeAugmentation | undefined,
  transforms: readonly TransformDescription[],
): readonly TransformDescription[] {
  if (kind !== "five_crop") return transforms;
  const at = transforms.findLastIndex(({ name }) => name === "CenterCrop");
  if (at !== -1) return transforms.with(at, { ...transforms[at]!, name: "FiveCrop" });
  const message = "the model's preprocessing has no central crop that five could replace";
  throw new ClassifierTrainingError("usage", "TTA_NO_CROP", message, { where: "--tta", hint: "use flip" });
}

/** The views in what `viewTransforms` prepared. */
export function viewsIn(prepared: ImageTensor, kind: TestTimeAugmentation | undefined): ImageTensor[] {
  if (kind === undefined) return [prepared];
  return kind === "flip" ? [prepared, mirrored(prepared)] : unstacked(prepared, CROPS);
}

const CROPS = 5;

/** [3, count height, width] to so many of [3, height, width]. */
function unstacked({ shape, data }: ImageTensor, count: number): ImageTensor[] {
  const [planes = 0, rows = 0, width = 0] = shape;
  const [height, area] = [rows / count, (rows / count) * width];
  return Array.from({ length: count }, (_, view) => {
    const own = new Float32Array(planes * area);
    for (let plane = 0; plane < planes; plane++) {
      const start = (plane * count + view) * area;
      own.set(data.subarray(start, start + area), plane * area);
    }
    return hostTensor("float32", [planes, height, width], own);
  });
}

/** A tensor [3, height, width] with its columns in the opposite order. */
function mirrored({ shape, data }: ImageTensor): ImageTensor {
  const width = shape[2]!;
  const result = new Float32Array(data.length);
  for (let row = 0; row < data.length; row += width)
    result.set(data.subarray(row, row + width).toReversed(), row);
  return hostTensor("float32", shape, result);
}

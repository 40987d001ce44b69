// From 8-bit pixels, channels last, to a float32 tensor, channels first.
import { hostTensor } from "../../core/index.ts";
import type { Image, ImageTensor } from "../../image/image.ts";
import { type Pass, pixelKernels, type Scaling, sizeAfter } from "../../image/kernels/index.ts";

/** The picture after these passes as a [3, height, width] tensor; in `output` where that has its length. */
export function toTensor(
  image: Image,
  passes: readonly Pass[],
  scaling: Scaling,
  output?: Float32Array,
): ImageTensor {
  const { width, height } = sizeAfter(image, passes);
  const length = width * height * 3;
  const planes = output?.length === length ? output : new Float32Array(length);
  pixelKernels().toPlanes(image, passes, scaling, planes);
  return hostTensor("float32", [3, height, width], planes);
}

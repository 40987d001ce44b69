// From a decoded picture to what the network takes, with the kernels that training used and to the same bits.
import type { Image, ImageTensor } from "../image/image.ts";
import { pixelKernels } from "../image/kernels/index.ts";
import { centralRegion } from "../transforms/pixels/central-region.ts";
import { resizePasses, sidesFor } from "../transforms/pixels/resample.ts";
import { toTensor } from "../transforms/pixels/to-tensor.ts";
import type { PackagedModel, Step } from "./model.ts";

/** @returns [3, height, width] */
export function prepare(image: Image, { steps, levels }: PackagedModel): ImageTensor {
  return toTensor(steps.reduce(apply, image), [], levels);
}

function apply(image: Image, step: Step): Image {
  if (step.step === "crop") return centralRegion(image, ...step.size);
  const { size, maxSize, interpolation } = step;
  const [height, width] = typeof size === "object" && size !== null ? size : sidesFor(image, size, maxSize);
  const passes = resizePasses(image, width, height, interpolation);
  return passes.length === 0 ? image : pixelKernels().run(image, passes);
}

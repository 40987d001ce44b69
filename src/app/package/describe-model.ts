// What a packaged classifier is told of its model: from the labels in an exported file.
import { parseCalibration } from "../../calibrate/index.ts";
import { ClassifierTrainingError } from "../../core/index.ts";
import { classNamesOf, type LabelsMapping, taskOfLabels } from "../../inference/index.ts";
import type { Levels, PackagedModel, Step } from "../../packaged/model.ts";
import { DEFAULT_THRESHOLD } from "../../tasks/index.ts";
import type { TransformDescription } from "../../transforms/index.ts";

/** @throws ClassifierTrainingError kind "usage" `PACKAGE_TRANSFORMS` for preprocessing that packages do not have */
export function describeModel(
  labels: LabelsMapping,
  calibration: string | undefined,
  where: string,
): PackagedModel {
  const steps: Step[] = [];
  let levels: Levels | undefined;
  for (const transform of labels.transforms) {
    if (transform.name === "ToTensor" || transform.name === "ToDtype") levels = levelsOf(transform);
    else if (transform.name === "Normalize" && levels !== undefined)
      levels = { ...levels, ...normalised(transform) };
    else if (transform.name !== "ToImage") steps.push(stepOf(transform, where));
  }
  if (levels === undefined) throw unpackable("no ToDtype", where);
  const task = taskOfLabels(labels);
  const names = classNamesOf(labels);
  return {
    labels: names,
    steps,
    levels,
    ...(calibration === undefined
      ? {}
      : { calibration: parseCalibration(calibration, names.length, where, task) }),
    ...(task === "multi_label" && { thresholds: labels.thresholds ?? names.map(() => DEFAULT_THRESHOLD) }),
  };
}

function stepOf({ name, options }: TransformDescription, where: string): Step {
  const size = options.size as number | readonly [number, number] | null;
  if (name === "CenterCrop" && size !== null)
    return { step: "crop", size: typeof size === "number" ? [size, size] : size };
  if (name !== "Resize") throw unpackable(name, where);
  const { maxSize, interpolation } = options as Extract<Step, { readonly step: "resize" }>;
  return { step: "resize", size, maxSize, interpolation };
}

function levelsOf({ options }: TransformDescription): Levels {
  return { scale: options.scale === false ? 1 : 1 / 255, mean: [0, 0, 0], deviation: [1, 1, 1] };
}

function normalised({ options }: TransformDescription): Pick<Levels, "mean" | "deviation"> {
  return { mean: options.mean as Levels["mean"], deviation: options.std as Levels["deviation"] };
}

function unpackable(name: string, where: string): ClassifierTrainingError {
  const message = `packages cannot prepare pictures as this model was trained: ${name}`;
  return new ClassifierTrainingError("usage", "PACKAGE_TRANSFORMS", message, {
    where,
    hint: "they know Resize, CenterCrop, ToDtype and Normalize; list these under transforms.val_transforms and train with them",
  });
}

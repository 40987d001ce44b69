// What a data set must have before a classifier is trained on it.
import { ClassifierTrainingError, countClasses, LabelSets } from "../../core/index.ts";
import { type BatchTransform, Mix } from "../../transforms/batches/batch-transform.ts";
import type { ImageDataset } from "../datasets/dataset.ts";

/** The parts that are used apart. */
interface Parts {
  readonly train: ImageDataset;
  readonly val: ImageDataset | undefined;
  readonly test: ImageDataset | undefined;
}

/**
 * Checks classes and numbers of pictures.
 * @returns one line for each class that a part lacks, where that is allowed
 * @throws ClassifierTrainingError kind "data": `SINGLE_CLASS`, `FEWER_THAN_BATCH`, `SPLIT_LACKS_CLASS`; kind "usage" `TASK` for
 * mixtures that only pictures with several labels have
 */
export function checkTrainable(
  splits: Parts,
  {
    batchSize,
    batchTransforms,
    allowMissingClasses,
  }: {
    readonly batchSize: number;
    readonly batchTransforms: readonly BatchTransform[];
    readonly allowMissingClasses: boolean;
  },
): string[] {
  const { classes, labels } = splits.train;
  const several = labels instanceof LabelSets;
  if (classes.length < 2 && !several) {
    throw new ClassifierTrainingError("data", "SINGLE_CLASS", `only one class, "${classes[0]}"`, {
      hint: "a classifier needs pictures of at least two classes",
    });
  }
  const union = batchTransforms.find((mix) => mix instanceof Mix && mix.options.targets === "union");
  if (union !== undefined && !several) {
    throw new ClassifierTrainingError("usage", "TASK", "a union of targets is for several labels a picture", {
      where: `transforms: ${union.describe().name}`,
      hint: "leave out targets=union: pictures of one class each mix by share",
    });
  }
  if (labels.length < batchSize) {
    const message = `${labels.length} training pictures are fewer than one batch of ${batchSize}`;
    throw new ClassifierTrainingError("data", "FEWER_THAN_BATCH", message, {
      hint: `set data.batch_size=${labels.length} or less`,
    });
  }
  const missing = missingClasses(splits);
  if (missing.length > 0 && !allowMissingClasses) {
    throw new ClassifierTrainingError("data", "SPLIT_LACKS_CLASS", missing[0]!, {
      hint: "add pictures of it, or set data.allow_missing_classes=true",
    });
  }
  return missing;
}

/** One line for each class that a part lacks. */
export function missingClasses({ val, test }: Omit<Parts, "train">): string[] {
  return [...lackedClasses("validation", val), ...lackedClasses("test", test)];
}

/** One line for every class that a split has no picture of. */
function lackedClasses(part: string, dataset: ImageDataset | undefined): string[] {
  if (dataset === undefined) return [];
  const counts = countClasses(dataset.labels, dataset.classes.length);
  return dataset.classes
    .filter((_, label) => counts[label] === 0)
    .map((name) => `the ${part} split has no picture of class "${name}"`);
}

// What a data set must have before a classifier is trained on it.
import { ClassifierTrainingError, countClasses, LabelSets, listNames, PRESENT } from "../../core/index.ts";
import { type BatchTransform, Mix } from "../../transforms/batches/batch-transform.ts";
import type { ImageDataset } from "../datasets/dataset.ts";
import { severalHint } from "../splits/several-hint.ts";

/** What data is set up for. */
export type DataPurpose = "training" | "evaluation";

/** The parts that are used apart. */
interface Parts {
  readonly train: ImageDataset;
  readonly val: ImageDataset | undefined;
  readonly test: ImageDataset | undefined;
}

/**
 * Checks classes and numbers of pictures.
 * @returns one line for each class that a part lacks, where that is allowed; of several labels one line for each part
 * @throws ClassifierTrainingError kind "data": `SINGLE_CLASS`, `NO_LABELS`, `FEWER_THAN_BATCH`, `SPLIT_LACKS_CLASS`; kind "usage" `TASK` for
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
  checkClasses(splits.train);
  if (several && !labels.data.includes(PRESENT)) {
    throw new ClassifierTrainingError("data", "NO_LABELS", "no training picture has a label", {
      hint: "a classifier needs pictures that have what it is to find",
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
  if (missing.length > 0 && !allowMissingClasses && !several) {
    throw new ClassifierTrainingError("data", "SPLIT_LACKS_CLASS", missing[0]!, {
      hint: severalHint(classes.join()) ?? "add pictures of it, or set data.allow_missing_classes=true",
    });
  }
  return missing;
}

/** @throws ClassifierTrainingError kind "data" `SINGLE_CLASS` for classes that no network can tell apart */
export function checkClasses({ classes, labels }: ImageDataset): void {
  if (classes.length >= 2 || labels instanceof LabelSets) return;
  throw new ClassifierTrainingError("data", "SINGLE_CLASS", `only one class, "${classes[0]}"`, {
    hint: "a classifier needs pictures of at least two classes",
  });
}

/** One line for each class that a part lacks; of several labels one for each part. */
export function missingClasses({ train, val, test }: Parts): string[] {
  return [
    ...(train.labels instanceof LabelSets ? lackedClasses("training", train) : []),
    ...lackedClasses("validation", val),
    ...lackedClasses("test", test),
  ];
}

function lackedClasses(part: string, dataset: ImageDataset | undefined): string[] {
  if (dataset === undefined) return [];
  const { classes, labels } = dataset;
  const counts = countClasses(labels, classes.length);
  const lacked = classes.filter((_, label) => counts[label] === 0);
  if (!(labels instanceof LabelSets))
    return lacked.map((name) => `the ${part} split has no picture of class "${name}"`);
  if (lacked.length === 0) return [];
  const some = `${lacked.length} of ${classes.length} labels: ${listNames(lacked)}`;
  return [`the ${part} split has no picture with ${some}`];
}

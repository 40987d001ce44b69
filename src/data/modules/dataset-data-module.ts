// The data module of data sets that a program brings itself: in memory, or of a kind of its own.
import * as z from "zod";
import { checkSampleLabels, LabelSets, parseOptions, type TaskName } from "../../core/index.ts";
import type { ImageDataset } from "../datasets/dataset.ts";
import {
  type AutoSplitOptions,
  autoSplitFields,
  completeSplits,
  type ResolvedAutoSplitOptions,
  type SplittableDataset,
} from "./auto-split.ts";
import {
  DataModule,
  type DataModuleOptions,
  type DatasetSplits,
  dataModuleFields,
  type OpenOptions,
} from "./data-module.ts";

/** Pictures of one group stay in one part when the data set is split. */
export type DatasetWithGroups = ImageDataset & Pick<SplittableDataset, "groups">;

/** The program's own data sets; only that of training must be given. */
export interface DatasetDataModuleOptions extends DataModuleOptions, AutoSplitOptions {
  /** Default: as the data sets are labelled; they must be so. */
  readonly task?: TaskName;
  readonly train: DatasetWithGroups;
  /** Default: a part of `train`, by `valFraction` or `folds`. */
  readonly val?: ImageDataset;
  /** Default: none, or a part of `train` by `testFraction`. */
  readonly test?: ImageDataset;
}

const dataset: z.ZodType<ImageDataset> = z.custom<ImageDataset>(
  (value) => typeof value === "object" && value !== null && "labels" in value && "source" in value,
  "not a data set: it has classes, labels, source(index) and name(index)",
);

const schema = z.strictObject({
  ...dataModuleFields,
  ...autoSplitFields,
  task: z.enum(["multi_class", "multi_label"]).optional(),
  train: dataset,
  val: dataset.optional(),
  test: dataset.optional(),
});

/** Trains on data sets such as `ArrayDataset`, or objects of your own. Validation and test have the classes of `train`. */
export class DatasetDataModule extends DataModule {
  static readonly schema: z.ZodType = schema;
  readonly #datasets: Pick<DatasetDataModuleOptions, "train" | "val" | "test">;
  readonly #autoSplit: ResolvedAutoSplitOptions;

  constructor(options: DatasetDataModuleOptions) {
    const { task, ...resolved } = parseOptions("data", schema, options);
    const { train, val, test } = options;
    super({ ...resolved, task: task ?? taskOf(train) });
    for (const part of [train, val, test]) {
      const numClasses = train.classes.length;
      if (part !== undefined)
        checkSampleLabels(part.labels, { task: this.options.task, numClasses }, (i) => part.name(i));
    }
    this.#datasets = {
      train,
      ...(val === undefined ? {} : { val }),
      ...(test === undefined ? {} : { test }),
    };
    this.#autoSplit = resolved;
  }

  protected override async openSplits(options: OpenOptions = {}): Promise<DatasetSplits> {
    const { train, val, test } = this.#datasets;
    const parts = { train: splittable(train), val, test, warnings: [] };
    return completeSplits(parts, options, this.options.seed, this.#autoSplit);
  }
}

/** How the samples are labelled. */
function taskOf({ labels }: ImageDataset): TaskName {
  return labels instanceof LabelSets ? "multi_label" : "multi_class";
}

/** The data set with the names under which a split is written. */
function splittable(train: DatasetWithGroups): SplittableDataset {
  const { classes, labels, groups } = train;
  return {
    classes,
    labels,
    files: Array.from(labels.keys(), (index) => train.name(index)),
    groups,
    source: (index) => train.source(index),
    name: (index) => train.name(index),
  };
}

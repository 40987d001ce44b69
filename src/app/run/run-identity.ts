// What a resumed run must have in common with the one that was saved: whatever decides about its weights.
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { type Composition, resolveConfig } from "../../config/index.ts";
import { LabelSets, withoutPasswords } from "../../core/index.ts";
import type { DataModule, ImageDataset } from "../../data/index.ts";
import type { BaseClassificationModel } from "../../models/index.ts";
import type { Json } from "../../train/index.ts";
import { leaves, settingsOf } from "./run-record.ts";

/** Groups whose settings decide. */
const GROUPS: readonly string[] = ["data", "transforms", "model", "optimizer", "scheduler", "fine_tuning"];
/** Settings elsewhere that decide too. */
const OTHERS: readonly string[] = [
  "seed",
  "task",
  "trainer.precision",
  "trainer.accumulate_grad_batches",
  "trainer.gradient_clip_val",
  "trainer.gradient_clip_algorithm",
  "trainer.limit_train_batches",
  "trainer.overfit_batches",
];
/** Settings of those groups that do not: where things lie, and how fast and how patiently they are read. */
const FREE: readonly string[] = [
  "data.root",
  "data.file",
  "data.train_file",
  "data.val_file",
  "data.test_file",
  "data.class_names_file",
  "data.num_workers",
  "data.prefetch",
  "data.cache",
  "data.cache_folder",
  "data.split_file",
  "data.label_changes",
  "data.quarantine_file",
  "data.sampler.rank",
  "data.on_bad_picture",
  "data.allow_missing_classes",
  "model.pretrained",
];
/** Settings that came later, each with the value that means what was before: with it they are left out. */
const LATER: ReadonlyMap<string, string> = new Map([
  ["data.header", "true"],
  ["data.label_separator", "null"],
  ["data.label_columns", "null"],
  ["data.empty_label", "absent"],
  ["task", "multi_class"],
  ["model.asymmetric_gamma_positive", "1.0"],
  ["model.asymmetric_gamma_negative", "4.0"],
  ["model.asymmetric_clip", "0.05"],
  ["model.max_positive_weight", "10.0"],
]);
/** Callbacks that decide: they average the weights. */
const AVERAGES = /^callbacks\.\w+\._target_$/;
const AVERAGING: readonly string[] = ["EMA", "StochasticWeightAveraging"];

/** The identity of a run by name: its model, classes and pictures, and every setting that decides about its weights. */
export function identityOf(
  composition: Composition,
  data: DataModule,
  model: BaseClassificationModel,
): Record<string, Json> {
  const resolved = new Map(leaves(resolveConfig(composition), "").map(({ key, value }) => [key, value]));
  const settings = settingsOf(composition).map(({ key, value }) => ({
    key,
    value: identified(value, resolved.get(key)),
  }));
  const averages = settings
    .filter(({ key, value }) => AVERAGES.test(key) && AVERAGING.includes(value))
    .map(({ key }) => key.replace("._target_", ""));
  const deciding = settings.filter(
    ({ key, value }) =>
      OTHERS.includes(key) ||
      ([...GROUPS, ...averages].some((group) => isIn(key, group)) &&
        !FREE.includes(key) &&
        LATER.get(key) !== value),
  );
  return {
    "model architecture": model.architecture,
    classes: data.classes,
    "training pictures": data.splits.train.labels.length,
    "names and labels of the training pictures": digestOf(data.splits.train),
    ...Object.fromEntries(deciding.map(({ key, value }) => [key, value])),
  };
}

/** A value that is not written down, such as one of the environment, is told by its hash: a change of it is noticed. */
function identified(recorded: string, resolved: string | undefined): string {
  if (resolved === undefined || withoutPasswords(resolved) === recorded) return recorded;
  const hash = createHash("sha256").update(resolved).digest("hex");
  return `${recorded} (SHA-256 ${hash.slice(0, 12)})`;
}

const isIn = (key: string, group: string): boolean =>
  key === group || key.startsWith(`${group}.`) || key.startsWith(`${group}[`);

/** Equal wherever the pictures lie. */
function digestOf(pictures: ImageDataset): string {
  const hash = createHash("sha256");
  const { labels } = pictures;
  for (const index of labels.keys()) {
    const own = labels instanceof LabelSets ? [...labels.row(index)] : labels[index];
    hash.update(JSON.stringify([own, basename(pictures.name(index))]));
  }
  return hash.digest("hex").slice(0, 12);
}

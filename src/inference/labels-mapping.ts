// The sidecar of an exported model: labels and exact preprocessing, as `labels_mapping.json` and inside the model.
import * as z from "zod";
import { ClassifierTrainingError, type TaskName } from "../core/index.ts";
import type { Preprocessing, TransformDescription } from "../transforms/index.ts";

/** Key of the mapping's JSON in the model's metadata. */
export const LABELS_METADATA_KEY = "labels_mapping";

/** `labels_mapping.json`, key by key. */
export interface LabelsMapping {
  readonly num_classes: number;
  readonly class_to_idx: Readonly<Record<string, number>>;
  /** Keys are indices as text, as JSON wants them. */
  readonly idx_to_class: Readonly<Record<string, string>>;
  readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] };
  /** [height, width] of the network's input. */
  readonly image_size: readonly [number, number];
  /** Shorter side, or [height, width], that pictures are resized to before the central crop; null: they are not. */
  readonly resize: number | readonly [number, number] | null;
  readonly crop: readonly [number, number] | null;
  readonly interpolation: string | null;
  /** Architecture, such as `resnet18`. */
  readonly model_name: string;
  /** The whole pipeline, step by step, from decoded picture to tensor. */
  readonly transforms: readonly TransformDescription[];
  /** How pictures are labelled; default `multi_class`. Says what follows the logits: softmax, or a sigmoid for each label. */
  readonly task?: TaskName | undefined;
  /** With `multi_label`, the probability above which each label is present, in the order of the outputs; default 0.5. */
  readonly thresholds?: readonly number[] | undefined;
}

const numbers = z.array(z.number());
const pair = z.tuple([z.number(), z.number()]);

const schema = z.looseObject({
  num_classes: z.int().min(1),
  class_to_idx: z.record(z.string(), z.int()),
  idx_to_class: z.record(z.string(), z.string()),
  normalization: z.object({ mean: numbers, std: numbers }),
  image_size: pair,
  resize: z.union([z.number(), pair]).nullable(),
  crop: pair.nullable(),
  interpolation: z.string().nullable(),
  model_name: z.string(),
  transforms: z.array(z.object({ name: z.string(), options: z.record(z.string(), z.unknown()) })),
  task: z.enum(["multi_class", "multi_label"]).optional(),
  thresholds: z.array(z.number().min(0).max(1)).optional(),
});

/** Describes a classifier's labels and preprocessing. That pictures have one class each goes without saying. */
export function createLabelsMapping(
  classNames: readonly string[],
  modelName: string,
  preprocessing: Preprocessing,
  imageSize: readonly [number, number],
  task: TaskName = "multi_class",
): LabelsMapping {
  return {
    num_classes: classNames.length,
    class_to_idx: Object.fromEntries(classNames.map((name, index) => [name, index])),
    idx_to_class: Object.fromEntries(classNames.map((name, index) => [String(index), name])),
    normalization: { mean: preprocessing.mean, std: preprocessing.std },
    image_size: imageSize,
    resize: preprocessing.resize,
    crop: preprocessing.crop,
    interpolation: preprocessing.interpolation,
    model_name: modelName,
    transforms: preprocessing.transforms,
    ...(task === "multi_class" ? {} : { task }),
  };
}

/** Class names in the order of the outputs. */
export function classNamesOf({ num_classes, idx_to_class }: LabelsMapping): string[] {
  return Array.from({ length: num_classes }, (_, index) => idx_to_class[String(index)] ?? String(index));
}

/** @throws ClassifierTrainingError kind "data" `LABELS_MAPPING` naming file and key. */
export function parseLabelsMapping(text: string, where: string): LabelsMapping {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw invalid(`is not JSON: ${(error as Error).message}`, where);
  }
  const result = schema.safeParse(content);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw invalid(`${issue!.path.join(".") || "content"}: ${issue!.message}`, where);
  }
  const labels = result.data as LabelsMapping;
  const { thresholds, num_classes } = labels;
  if (thresholds === undefined) return labels;
  if (taskOfLabels(labels) !== "multi_label")
    throw invalid("thresholds: are for pictures with several labels", where);
  if (thresholds.length !== num_classes)
    throw invalid(`thresholds: has ${thresholds.length} numbers for ${num_classes} labels`, where);
  return labels;
}

/** How the pictures are labelled. */
export function taskOfLabels({ task = "multi_class" }: Pick<LabelsMapping, "task">): TaskName {
  return task;
}

function invalid(message: string, where: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "LABELS_MAPPING", message, {
    where,
    hint: "export the model again with classifier-training export",
  });
}

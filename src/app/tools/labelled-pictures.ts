// Pictures whose class is known, for an exported model: those of its run, or of data that is given.
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ComponentRegistry } from "../../config/index.ts";
import { ClassifierTrainingError, LabelSets, oneClassEach, PRESENT, UNKNOWN } from "../../core/index.ts";
import type { ImageDataset } from "../../data/index.ts";
import { modelOf } from "../export/write-export.ts";
import { composeRun } from "../run/configuration.ts";
import { openRunData } from "../run/open-run.ts";
import { picturesOf } from "./data-tools.ts";

/** An exported model, and where its pictures are. */
export interface LabelledRequest {
  /**
   * The folder of a run, or a model in one, whose data is taken unless other is given; or an exported model elsewhere, for which
   * `data.root=` must be given.
   */
  readonly model: string;
  readonly overrides: readonly string[];
  readonly registry: ComponentRegistry;
  /** Receives what a person should know. */
  readonly write?: (line: string) => void;
}

/** The model's file, and pictures that it has not been trained on. */
export interface LabelledPictures {
  readonly model: string;
  /** The validation split; of data that does not come split, and with which the model came without a run, everything. */
  readonly val: ImageDataset;
  readonly test: ImageDataset | undefined;
}

/** @throws ClassifierTrainingError kind "usage" `NO_DATA`; kind "data" `MODEL_MISSING`; and what opening the run or the data throws */
export async function labelledPictures(request: LabelledRequest): Promise<LabelledPictures> {
  const { model, overrides, registry } = request;
  if (!existsSync(model)) throw noModel(model);
  const run = runOf(model, overrides);
  if (run !== undefined) {
    await using data = await openRunData({ run, overrides, registry });
    const { val, test } = data.splits;
    if (val !== undefined) return { model: modelOf(model), val, test };
    throw noData(model, "the run's data has no validation split", "give other data with data.root=FOLDER");
  }
  if (!givesData(overrides)) {
    const hint = "add data.root=FOLDER, or name the run's folder instead of its model";
    throw noData(model, "there are no pictures to judge the model by", hint);
  }
  const { train, val, test } = await picturesOf({ composition: await composeRun({ overrides }), registry });
  return { model: modelOf(model), val: val ?? train, test };
}

/**
 * The folder of the run whose data a model is judged by: its own, unless data of another kind is given (`data=csv`), or any for a
 * model's file.
 */
export function runOf(model: string, overrides: readonly string[]): string | undefined {
  if (statSync(model, { throwIfNoEntry: false })?.isDirectory() === true)
    return givesData(overrides, ["data"]) ? undefined : model;
  const folder = dirname(model);
  return !givesData(overrides) && existsSync(join(folder, ".hydra", "config.yaml")) ? folder : undefined;
}

function givesData(overrides: readonly string[], keys = ["data", "data.root"]): boolean {
  return overrides.some((word) => keys.includes(word.replace(/^\+{0,2}/, "").split("=")[0]!));
}

/**
 * The labels of `pictures` as the model counts its classes.
 * @throws ClassifierTrainingError kind "data" `UNKNOWN_CLASS` for a class that the model does not have.
 */
export function labelsAs(classNames: readonly string[], { classes, labels: own }: ImageDataset): Int32Array {
  const labels = oneClassEach(own, "task");
  const places = classes.map((name) => classNames.indexOf(name));
  const missing = classes.find((_, c) => places[c] === -1 && labels.includes(c));
  if (missing !== undefined) throw unknownClass(missing, classNames);
  return labels.map((label) => places[label]!);
}

/**
 * The labels of `pictures` that may have several, as the model counts them; of one that the data lacks nothing is known.
 * @throws ClassifierTrainingError kind "usage" `TASK` for pictures of one class each; kind "data" `UNKNOWN_CLASS` for a label on a
 * picture that the model does not have
 */
export function labelSetsAs(classNames: readonly string[], { classes, labels }: ImageDataset): LabelSets {
  if (!(labels instanceof LabelSets)) {
    throw new ClassifierTrainingError(
      "usage",
      "TASK",
      "the pictures have one class each, the model tells several labels",
      {
        where: "task",
        hint: "give the data with task=multi_label",
      },
    );
  }
  const places = classes.map((name) => classNames.indexOf(name));
  const data = new Int8Array(labels.length * classNames.length).fill(UNKNOWN);
  for (const [row, entries] of [...labels].entries()) {
    for (const [label, entry] of entries.entries()) {
      const place = places[label]!;
      if (place >= 0) data[row * classNames.length + place] = entry;
      else if (entry === PRESENT) throw unknownClass(classes[label]!, classNames);
    }
  }
  return new LabelSets(classNames.length, data);
}

function unknownClass(missing: string, classNames: readonly string[]): ClassifierTrainingError {
  const message = `the model does not know the class "${missing}" of the data`;
  const known = classNames.length > 20 ? [...classNames.slice(0, 20), "..."] : classNames;
  return new ClassifierTrainingError("data", "UNKNOWN_CLASS", message, {
    hint: `its classes are ${known.join(", ")}`,
  });
}

function noModel(where: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "MODEL_MISSING", "there is no such model or run", {
    where,
    hint: "give the folder of a run, or an exported model.onnx",
  });
}

function noData(where: string, message: string, hint: string): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "NO_DATA", message, { where, hint });
}

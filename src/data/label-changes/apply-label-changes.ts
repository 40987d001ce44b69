// Applies a list of changed labels to the pictures of all splits: they stay where they are, and in the split that they are in.
import {
  ABSENT,
  countClasses,
  didYouMean,
  LabelSets,
  labelsOf,
  PRESENT,
  type SampleLabels,
} from "../../core/index.ts";
import { pathExists, readText } from "../../platform/index.ts";
import { type ImageDataset, labelText } from "../datasets/dataset.ts";
import { type LabelNames, parseLabelChanges, type ReadLabelChange, wrongChange } from "./label-change.ts";

/** The list that was applied, to be kept with the run. */
export interface AppliedLabelChanges {
  readonly file: string;
  readonly text: string;
  /** How many labels it changes. */
  readonly count: number;
  /** How many of its lines are not applied, since they say so. */
  readonly skipped: number;
}

/** Pictures in their parts; `D` is what is known of each part. */
export interface LabelledParts<D = ImageDataset> {
  readonly train: D;
  readonly val: D | undefined;
  readonly test: D | undefined;
  /** What names of pictures in the list are relative to. */
  readonly root?: string | undefined;
}

/** Pictures without what is in them. */
export type NamedParts = LabelledParts<Pick<ImageDataset, "classes" | "labels" | "name">>;

/** One line about it. */
export function labelChangesLine({ file, count, skipped }: AppliedLabelChanges): string {
  const line = `${count} ${count === 1 ? "label" : "labels"} changed by ${file}`;
  return skipped === 0 ? line : `${line}, ${skipped} of its lines skipped`;
}

const PARTS = ["train", "val", "test"] as const;

/** What a picture is called in a list of changes: its path without the data's root, with `/` between the parts. */
export function nameBelow(root: string, name: string): string {
  const [folder, path] = [root, name].map((text) => text.replaceAll("\\", "/")) as [string, string];
  if (folder === "") return path;
  const prefix = folder.replace(/\/*$/, "/");
  return path.startsWith(prefix) ? path.slice(prefix.length).replace(/^\/+/, "") : path;
}

/**
 * The splits with the labels that a file changes, line by line.
 * @throws ClassifierTrainingError kind "data" `LABEL_CHANGES` with `file:line`, for a picture or class that is not there, a label that is
 * another by now, and where a class is left without a training picture
 */
export async function applyLabelChanges<S extends LabelledParts>(
  splits: S,
  file: string,
): Promise<S & { readonly labelChanges: AppliedLabelChanges }> {
  if (!(await pathExists(file))) {
    throw wrongChange("no such file", file, "give it as data.label_changes=PATH, or leave it out");
  }
  const text = await readText(file);
  const lines = parseLabelChanges(text, file);
  const changes = lines.filter(({ skipped }) => skipped !== true);
  const relabelled = new Relabelled(splits);
  for (const change of changes) relabelled.apply(change);
  const { train } = splits;
  const before = countClasses(train.labels, train.classes.length);
  const after = countClasses(relabelled.labelsOf("train")!, train.classes.length);
  const emptied = train.classes.find((_, label) => before[label]! > 0 && after[label] === 0);
  if (emptied !== undefined && !(train.labels instanceof LabelSets))
    throw wrongChange(`leaves no training picture of class "${emptied}"`, file);
  return {
    ...splits,
    ...Object.fromEntries(PARTS.map((part) => [part, relabelled.dataset(part)])),
    labelChanges: {
      ...{ file, text, skipped: lines.length - changes.length },
      count: changes.filter(({ from, to }) => !isSame(from, to)).length,
    },
  };
}

/** A sample by its place. */
export interface SamplePlace {
  readonly part: (typeof PARTS)[number];
  readonly index: number;
}

/** Where the samples of each picture are, by the picture's name in lists of changes: a table may name one several times. */
export function placesByName(parts: NamedParts): Map<string, SamplePlace[]> {
  const found = new Map<string, SamplePlace[]>();
  for (const part of PARTS) {
    const dataset = parts[part];
    if (dataset === undefined) continue;
    for (const index of dataset.labels.keys()) {
      const name = nameBelow(parts.root ?? "", dataset.name(index));
      const places = found.get(name);
      if (places === undefined) found.set(name, [{ part, index }]);
      else places.push({ part, index });
    }
  }
  return found;
}

/** Copies of the labels of all splits, to be changed. */
class Relabelled {
  readonly #splits: LabelledParts;
  readonly #labels = new Map<string, SampleLabels>();
  readonly #places: ReadonlyMap<string, readonly SamplePlace[]>;
  readonly #classOf: ReadonlyMap<string, number>;

  constructor(splits: LabelledParts) {
    this.#splits = splits;
    this.#classOf = new Map(splits.train.classes.map((name, label) => [name, label]));
    this.#places = placesByName(splits);
    for (const part of PARTS) {
      const labels = splits[part]?.labels;
      if (labels !== undefined) this.#labels.set(part, copyOf(labels));
    }
  }

  labelsOf(part: SamplePlace["part"]): SampleLabels | undefined {
    return this.#labels.get(part);
  }

  dataset(part: SamplePlace["part"]): ImageDataset | undefined {
    const dataset = this.#splits[part];
    return (
      dataset && {
        classes: dataset.classes,
        labels: this.labelsOf(part)!,
        source: (index) => dataset.source(index),
        name: (index) => dataset.name(index),
      }
    );
  }

  /** Every sample of this name that has the label it is changed from: a table may name a picture several times. */
  apply({ name, from, to, where }: ReadLabelChange): void {
    const places = this.#places.get(nameBelow("", name));
    if (places === undefined) {
      const hint = "names are paths relative to the data's root; a picture that is gone has no line";
      throw wrongChange(`there is no picture ${name}`, where, hint);
    }
    const [given, wanted] = [this.#classes(from, where), this.#classes(to, where)];
    const meant = places.filter((place) => sameLabels(this.#current(place), given));
    if (meant.length === 0) {
      const [first] = places as [SamplePlace];
      const now = labelText({ ...this.dataset(first.part)! }, first.index);
      const message = `${name} is labelled ${quoted(now)}, not ${quoted(namesOf(from).join(", ") || "no label")}`;
      throw wrongChange(message, where, "the label is another by now: correct the line or remove it");
    }
    for (const { part, index } of meant) relabel(this.#labels.get(part)!, index, given, wanted);
  }

  #current({ part, index }: SamplePlace): number[] {
    return labelsOf(this.#labels.get(part)!, index);
  }

  #classes(names: LabelNames, where: string): number[] {
    const several = this.#splits.train.labels instanceof LabelSets;
    if (several !== (typeof names !== "string")) {
      throw wrongChange(
        several
          ? "pictures have several labels: from and to are lists"
          : "pictures have one class each: from and to are names",
        where,
      );
    }
    return namesOf(names).map((name) => {
      const label = this.#classOf.get(name);
      if (label !== undefined) return label;
      const { classes } = this.#splits.train;
      throw wrongChange(`there is no class "${name}"`, where, didYouMean(name, classes));
    });
  }
}

/** Whether a line says that a label is right. */
function isSame(from: LabelNames, to: LabelNames): boolean {
  return namesOf(from).toSorted().join("\n") === namesOf(to).toSorted().join("\n");
}

function namesOf(names: LabelNames): readonly string[] {
  return typeof names === "string" ? [names] : names;
}

const quoted = (names: string): string => `"${names}"`;

function copyOf(labels: SampleLabels): SampleLabels {
  return labels instanceof LabelSets
    ? new LabelSets(labels.width, labels.data.slice())
    : Int32Array.from(labels);
}

function sameLabels(a: readonly number[], b: readonly number[]): boolean {
  const set = new Set(b);
  return a.length === set.size && a.every((label) => set.has(label));
}

/** Of several labels those change that differ; what is not known of the others stays unknown. */
function relabel(labels: SampleLabels, index: number, from: readonly number[], to: readonly number[]): void {
  if (labels instanceof Int32Array) {
    labels[index] = to[0]!;
    return;
  }
  const row = labels.row(index);
  for (const label of from) row[label] = ABSENT;
  for (const label of to) row[label] = PRESENT;
}

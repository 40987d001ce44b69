// Compares the tensors of a file with those that a model wants, by name and shape.
import {
  ClassifierTrainingError,
  formatShape,
  hostTensor,
  type Shape,
  sameShape,
  type TensorChange,
} from "../core/index.ts";
import { findRenaming, type NamingConvention } from "./naming.ts";
import type { TensorSpec } from "./safetensors.ts";
import type { TensorInfo } from "./weights-file.ts";

/** A tensor that the file has in another shape than the model. */
export interface MisshapenTensor {
  readonly name: string;
  readonly expected: Shape;
  readonly found: Shape;
}

/** All names are the model's, except in `unexpected`. */
export interface StateDictMatch {
  /** Model's name -> file's name, of every tensor that can be loaded. */
  readonly sources: ReadonlyMap<string, string>;
  /** Of those, what makes a tensor of another shape fit. */
  readonly changes: ReadonlyMap<string, TensorChange>;
  /** Entries of the classifier that keep their initial values because the classes differ. */
  readonly replaced: readonly string[];
  readonly missing: readonly string[];
  readonly misshapen: readonly MisshapenTensor[];
  /** Names in the file that the model has no use for. */
  readonly unexpected: readonly string[];
  /** Those of them that make another network of it, such as factors of residual branches that the model has not. */
  readonly foreign: readonly string[];
  readonly convention: NamingConvention;
  /** What stood before every name in the file, such as Lightning's `model.`. */
  readonly prefix: string;
}

/** What decides whether the file's classifiers are kept. Without class names their shapes alone do. */
export interface MatchOptions {
  /** Paths in the model of what other classes replace, such as its last layer; default `fc`. */
  readonly classifiers?: readonly string[] | undefined;
  /** Class names that the model and the file have, where they are known: equal ones keep the classifier. */
  readonly classNames?: readonly string[] | undefined;
  readonly weightsClassNames?: readonly string[] | undefined;
  /** What makes a tensor of this shape fit the entry `name`, which has another; undefined where nothing does. */
  readonly fit?: ((name: string, found: Shape) => TensorChange | undefined) | undefined;
}

/**
 * Finds each wanted tensor in a file.
 *
 * A classifier is replaced (left as it is initialised) where its shape differs, where the file has none, or
 * where both know their classes and these are not the same in the same order. `num_batches_tracked`, which files
 * before PyTorch 0.4.1 lack, is never missing.
 */
export function matchStateDict(
  wanted: Iterable<TensorSpec>,
  available: ReadonlyMap<string, TensorInfo>,
  options: MatchOptions = {},
): StateDictMatch {
  const specs = [...wanted];
  const { convention, prefix, sources, foreign } = findRenaming(
    new Set(specs.map(({ name }) => name)),
    available.keys(),
  );
  const isForeign = convention === "timm" || convention === "open_clip";
  const isFound = ({ name, shape }: TensorSpec): boolean => {
    const found = sources.get(name);
    return found !== undefined && sameEntries(available.get(found)!.shape, shape, isForeign);
  };
  const { classifiers = ["fc"] } = options;
  const renewed = classifiers
    .map((path) => specs.filter(({ name }) => name.startsWith(`${path}.`)))
    .filter((layer) => !(sameClasses(options) && layer.every(isFound)));
  const fresh = new Set(renewed.flatMap((layer) => layer.map(({ name }) => name)));
  const changes = new Map<string, TensorChange>();
  const loaded = new Map<string, string>();
  const replaced: string[] = [];
  const missing: string[] = [];
  const misshapen: MisshapenTensor[] = [];
  for (const { name, shape } of specs) {
    const source = sources.get(name);
    const found = source === undefined ? undefined : available.get(source)!.shape;
    if (fresh.has(name)) replaced.push(name);
    else if (found === undefined) {
      if (!name.endsWith("num_batches_tracked")) missing.push(name);
    } else {
      const change = sameEntries(found, shape, isForeign)
        ? reshaped(found, shape)
        : options.fit?.(name, found);
      if (change !== undefined) changes.set(name, change);
      if (change !== undefined || sameShape(found, shape)) loaded.set(name, source!);
      else misshapen.push({ name, expected: shape, found });
    }
  }
  const used = new Set(sources.values());
  const unexpected = [...available.keys()].filter((name) => !used.has(name));
  return { sources: loaded, changes, replaced, missing, misshapen, unexpected, foreign, convention, prefix };
}

/** Whether two shapes are the same, or, for another library's, but for axes of size 1: a 1x1 kernel is a matrix. */
function sameEntries(found: Shape, shape: Shape, isForeign: boolean): boolean {
  const squeezed = (each: Shape): Shape => (isForeign ? each.filter((size) => size !== 1) : each);
  return sameShape(squeezed(found), squeezed(shape));
}

function reshaped(found: Shape, shape: Shape): TensorChange | undefined {
  return sameShape(found, shape) ? undefined : ({ data }) => hostTensor("float32", shape, data);
}

function sameClasses({ classNames, weightsClassNames }: MatchOptions): boolean {
  if (classNames === undefined || weightsClassNames === undefined) return true;
  return (
    classNames.length === weightsClassNames.length &&
    classNames.every((name, i) => name === weightsClassNames[i])
  );
}

/**
 * @throws ClassifierTrainingError `WEIGHTS_MISMATCH`, listing what is missing or misshapen, where a model would be
 *   loaded in part only, or is a part only of the file's.
 */
export function requireMatch(match: StateDictMatch, where: string): void {
  const { missing, misshapen, unexpected, foreign } = match;
  if (missing.length === 0 && misshapen.length === 0 && foreign.length === 0) return;
  const problems = [
    listNames("missing", missing),
    listNames(
      "of another shape",
      misshapen.map(
        ({ name, expected, found }) => `${name} ${formatShape(found)} instead of ${formatShape(expected)}`,
      ),
    ),
    listNames("unexpected", unexpected),
  ].filter((text) => text !== "");
  throw new ClassifierTrainingError(
    "data",
    "WEIGHTS_MISMATCH",
    `${countFitting(match)}: ${problems.join("; ")}`,
    { where, hint: "choose the model that the weights were made for" },
  );
}

/** How many tensors of `model` fit, said so that what does not may follow. */
export function countFitting(
  { sources, missing, misshapen, unexpected, prefix }: StateDictMatch,
  model = "the model",
): string {
  const unfit = missing.length + misshapen.length;
  if (sources.size === 0) return `none of the ${unexpected.length + misshapen.length} tensors fits ${model}`;
  if (unfit === 0)
    return `all ${sources.size} tensors of ${model} are there, but the file's network has more`;
  return `${sources.size} of the ${sources.size + unfit} tensors of ${model} fit${prefixNote(prefix)}, the others do not`;
}

/** What to say of a prefix that was taken off. */
export const prefixNote = (prefix: string): string => (prefix === "" ? "" : ` (names without "${prefix}")`);

const LISTED = 5;

/** `<what>: a, b, c and 4 more`, or nothing. */
export function listNames(what: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const rest = names.length > LISTED ? ` and ${names.length - LISTED} more` : "";
  return `${what}: ${names.slice(0, LISTED).join(", ")}${rest}`;
}

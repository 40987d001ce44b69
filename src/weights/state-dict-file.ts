// A model's state dict as a file of its own: written with torchvision's names, loaded into a model.
import type { HostTensor } from "../core/index.ts";
import { castTensor } from "./cast.ts";
import { type MatchOptions, matchStateDict, requireMatch, type StateDictMatch } from "./match-state-dict.ts";
import { type EncodedFile, encodeSafetensors, type TensorSpec } from "./safetensors.ts";
import type { WeightsFile } from "./weights-file.ts";

const CLASS_NAMES_KEY = "class_names";
const ARCHITECTURE_KEY = "architecture";

/** What else is known of a state dict; kept as text in the file's metadata. */
export interface StateDictDescription {
  readonly architecture?: string | undefined;
  /** In the order of the logits. */
  readonly classNames?: readonly string[] | undefined;
}

/**
 * Encodes a state dict as safetensors. PyTorch loads it with
 *
 *     from safetensors.torch import load_file
 *     model.load_state_dict(load_file("weights.safetensors"), strict=True)
 */
export function encodeStateDict(
  stateDict: ReadonlyMap<string, HostTensor>,
  { architecture, classNames }: StateDictDescription = {},
): EncodedFile {
  const metadata = new Map([["format", "pt"]]);
  if (architecture !== undefined) metadata.set(ARCHITECTURE_KEY, architecture);
  if (classNames !== undefined) metadata.set(CLASS_NAMES_KEY, JSON.stringify(classNames));
  return encodeSafetensors(stateDict, metadata);
}

/** What `encodeStateDict` noted; nothing for files of other origin. */
export function readStateDictDescription({ metadata }: WeightsFile): StateDictDescription {
  return {
    architecture: metadata.get(ARCHITECTURE_KEY),
    classNames: parseNames(metadata.get(CLASS_NAMES_KEY)),
  };
}

function parseNames(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) && names.every((name) => typeof name === "string") ? names : undefined;
  } catch {
    return undefined;
  }
}

/** What a file gave a model, and how the two were matched. */
export interface LoadedStateDict {
  /** In the model's order, names and element types; without what was replaced and absent counters. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
  readonly match: StateDictMatch;
}

/**
 * Reads a model's state from a file: only the tensors that the model wants, as the element types that it wants.
 * @throws ClassifierTrainingError `WEIGHTS_MISMATCH` where tensors other than the classifier's are missing or
 *   misshapen, `WEIGHTS_DTYPE` where one cannot be converted, and what reading throws.
 */
export function loadStateDict(
  file: WeightsFile,
  wanted: Iterable<TensorSpec>,
  options: MatchOptions = {},
): LoadedStateDict {
  const specs = [...wanted];
  const weightsClassNames = options.weightsClassNames ?? readStateDictDescription(file).classNames;
  const match = matchStateDict(specs, file.tensors, { ...options, weightsClassNames });
  requireMatch(match, file.name);
  const tensors = new Map<string, HostTensor>();
  for (const { name, dtype } of specs) {
    const source = match.sources.get(name);
    if (source === undefined) continue;
    const tensor = castTensor(file.read(source), dtype);
    const change = match.changes.get(name);
    tensors.set(name, change === undefined ? tensor : change(tensor as HostTensor<"float32">));
  }
  return { tensors, match };
}

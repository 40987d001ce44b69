// Which network of the catalogue a file of weights was made for.
import { createNetwork, NETWORK_NAMES, type NetworkName } from "../../models/index.ts";
import { type ClassificationNetwork, outputLayers, stateEntries } from "../../nn/index.ts";
import { type MatchOptions, matchStateDict, type WeightsFile } from "../../weights/index.ts";

/** What a network says of how a file's tensors become its own. */
export function fittingOf(network: ClassificationNetwork): Pick<MatchOptions, "classifiers" | "fit"> {
  return { classifiers: outputLayers(network), fit: (name, found) => network.fitState(name, found) };
}

/**
 * Of the networks that a file has every tensor of, but for the classifier's, the one that leaves the fewest over, and
 * `expected` where others leave as few; undefined: none.
 */
export function recognizeNetwork({ tensors }: WeightsFile, expected: string): NetworkName | undefined {
  let best: { readonly name: NetworkName; readonly others: number } | undefined;
  const names = [...NETWORK_NAMES].sort((a, b) => Number(b === expected) - Number(a === expected));
  for (const name of names) {
    const network = createNetwork(name, { numClasses: 1000 });
    const { missing, misshapen, unexpected } = matchStateDict(stateEntries(network), tensors, {
      ...fittingOf(network),
    });
    if (missing.length > 0 || misshapen.length > 0) continue;
    const others = unexpected.length;
    if (best === undefined || others < best.others) best = { name, others };
  }
  return best?.name;
}

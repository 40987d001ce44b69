// Which network of the catalogue a file of weights was made for.
import { createNetwork, NETWORK_NAMES, type NetworkName } from "../../models/index.ts";
import { type ClassificationNetwork, outputLayers, stateEntries } from "../../nn/index.ts";
import { type MatchOptions, matchStateDict, type WeightsFile } from "../../weights/index.ts";

/** What a network says of how a file's tensors become its own. */
export function fittingOf(network: ClassificationNetwork): Pick<MatchOptions, "classifiers" | "fit"> {
  return { classifiers: outputLayers(network), fit: (name, found) => network.fitState(name, found) };
}

/** A network that a file has every tensor of, but for the classifier's, and how many the file has beside. */
export interface RecognizedNetwork {
  readonly name: NetworkName;
  readonly others: number;
}

/** Of the networks that a file has every tensor of, the one that leaves the fewest over; undefined: none. */
export function recognizeNetwork({ tensors }: WeightsFile): RecognizedNetwork | undefined {
  let best: RecognizedNetwork | undefined;
  for (const name of NETWORK_NAMES) {
    const network = createNetwork(name, { numClasses: 1000 });
    const { missing, misshapen, unexpected } = matchStateDict(stateEntries(network), tensors, {
      ...fittingOf(network),
    });
    const fits = missing.length === 0 && misshapen.length === 0;
    if (fits && !(best !== undefined && best.others <= unexpected.length))
      best = { name, others: unexpected.length };
  }
  return best;
}

// The runtimes that golden data of whole networks is compared with.

import type { NetworkName } from "../../src/models/index.ts";
import type { ConvolutionAlgorithm, Runtime } from "../../src/runtime/contract.ts";
import { ALGORITHMS, findRuntimes } from "../conformance/runtimes.ts";

export interface Subject {
  readonly name: string;
  readonly runtime: Runtime;
  readonly available: boolean;
  readonly algorithm: ConvolutionAlgorithm;
  /** Whether a network is compared on it, which has convolutions that algorithms differ in or none. */
  readonly takes: (network: NetworkName, hasTransforms: boolean) => boolean;
}

/**
 * Networks that are compared on every runtime; the others are on `reference` alone. `GOLDEN_NETWORKS=all` takes every
 * network to every runtime, in tens of minutes.
 */
const EVERYWHERE: ReadonlySet<NetworkName> = new Set<NetworkName>([
  "resnet18",
  "resnet50",
  "shufflenet_v2_x1_0",
  "mobilenet_v3_small",
]);

/** Every runtime with each of its algorithms; whole networks in software only with `GOLDEN_IN_SOFTWARE=1`. */
export async function findSubjects(): Promise<Subject[]> {
  return (await findRuntimes()).flatMap(({ inSoftware, ...found }) => {
    const tooSlow = inSoftware && process.env.GOLDEN_IN_SOFTWARE === undefined;
    if (tooSlow)
      console.log(`runtime ${found.name} is skipped: networks take minutes on an adapter in software`);
    const available = found.available && !tooSlow;
    const takes = (network: NetworkName): boolean =>
      found.name === "reference" || EVERYWHERE.has(network) || process.env.GOLDEN_NETWORKS === "all";
    return (ALGORITHMS[found.name] ?? ["auto"]).map((algorithm, i) => ({
      ...found,
      available,
      algorithm,
      takes: (network, hasTransforms) => takes(network) && (i === 0 || hasTransforms),
    }));
  });
}

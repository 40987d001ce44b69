// The runtimes that golden data of whole networks is compared with.
import type { ConvolutionAlgorithm, Runtime } from "../../src/runtime/contract.ts";
import { findRuntimes } from "../conformance/runtimes.ts";

export interface Subject {
  readonly name: string;
  readonly runtime: Runtime;
  readonly available: boolean;
  readonly algorithm: ConvolutionAlgorithm;
}

/**
 * A runtime that has a choice takes the convolution that is faster on the machine, and with it its rounding: named, it
 * is the same everywhere.
 */
const ALGORITHMS: Readonly<Record<string, readonly ConvolutionAlgorithm[]>> = {
  onednn: ["direct", "winograd"],
};

/** Every runtime with each of its algorithms. */
export async function findSubjects(): Promise<Subject[]> {
  return (await findRuntimes()).flatMap((found) =>
    (ALGORITHMS[found.name] ?? ["auto"]).map((algorithm) => ({ ...found, algorithm })),
  );
}

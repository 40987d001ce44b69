// What is trained in the test of data-parallel steps, here and in each of its processes.
import type { Runtime } from "../../src/runtime/contract.ts";
import { onednnRuntime } from "../../src/runtime/onednn/index.ts";
import { referenceRuntime } from "../../src/runtime/reference/index.ts";
import type { TinyOptions } from "./tiny-problem.ts";

/** A runtime, a model, and how far weights may be apart, relative to the largest; infinite with batch norm. */
export interface Case {
  readonly name: string;
  readonly runtime: Runtime;
  readonly tolerance: number;
  readonly options: TinyOptions;
}

/** Each loss on the reference, one of them on onednn where that is there. */
export async function cases(): Promise<Case[]> {
  const losses = ["cross_entropy", "focal", "bce"] as const;
  const reference = losses.map(
    (lossName): Case => ({
      name: `reference ${lossName}`,
      runtime: referenceRuntime,
      tolerance: 1e-12,
      options: { lossName, labelSmoothing: 0.1 },
    }),
  );
  reference.push({
    name: "reference batch norm",
    runtime: referenceRuntime,
    tolerance: Number.POSITIVE_INFINITY,
    options: { normalises: true },
  });
  if (!(await onednnRuntime.probe()).available) return reference;
  const onednn: Case = {
    name: "onednn cross_entropy",
    runtime: onednnRuntime,
    tolerance: 1e-6,
    options: { labelSmoothing: 0.1 },
  };
  return [...reference, onednn];
}

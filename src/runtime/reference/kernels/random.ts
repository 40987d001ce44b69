// Random numbers by the run's key.
import { fillBernoulli, sizeOf } from "../../../core/index.ts";
import type { RandomOps } from "../../../graph/ops/random.ts";
import type { KernelTable } from "../kernel.ts";

/** The same draws as on every runtime. */
export const randomKernels: KernelTable<RandomOps> = {
  bernoulli: ([key], { probability, place }, [type]) => {
    const result = new Float64Array(sizeOf(type!.shape));
    fillBernoulli(result, key!.data as Int32Array, place, probability);
    return [result];
  },
};

// The kernel of every op, by name.
import type { OpName, OpParams } from "../../../graph/index.ts";
import type { Kernel } from "../kernel.ts";
import { convolutionKernels } from "./convolution.ts";
import { elementwiseKernels } from "./elementwise.ts";
import { layoutKernels } from "./layout.ts";
import { leafKernels } from "./leaf.ts";
import { normalizationKernels } from "./normalization.ts";
import { poolingKernels } from "./pooling.ts";
import { randomKernels } from "./random.ts";
import { reductionKernels } from "./reduction.ts";

/** What `reference` can compute: all of the op set. */
export const KERNELS: { readonly [N in OpName]: Kernel<OpParams[N]> } = {
  ...leafKernels,
  ...elementwiseKernels,
  ...reductionKernels,
  ...layoutKernels,
  ...convolutionKernels,
  ...normalizationKernels,
  ...poolingKernels,
  ...randomKernels,
};

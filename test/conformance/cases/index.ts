// Conformance cases of every op, by name: an op without a row does not compile.
import type { OpName } from "../../../src/graph/index.ts";
import type { Case } from "../case.ts";
import { convolutionCases } from "./convolution.ts";
import { elementwiseCases } from "./elementwise.ts";
import { layoutCases } from "./layout.ts";
import { leafCases } from "./leaf.ts";
import { normalizationCases } from "./normalization.ts";
import { poolingCases } from "./pooling.ts";
import { randomCases } from "./random.ts";
import { reductionCases } from "./reduction.ts";

export const CASES: { readonly [N in OpName]: readonly Case[] } = {
  ...leafCases,
  ...elementwiseCases,
  ...reductionCases,
  ...layoutCases,
  ...convolutionCases,
  ...normalizationCases,
  ...poolingCases,
  ...randomCases,
};

/** Every case with the op it is for. */
export const ALL_CASES: readonly { readonly op: OpName; readonly one: Case }[] = (
  Object.entries(CASES) as [OpName, readonly Case[]][]
).flatMap(([op, cases]) => cases.map((one) => ({ op, one })));

// The gradient rule of every op.
import type { OpParams } from "../../graph/index.ts";
import type { RuleTable } from "../rule.ts";
import { convolutionRules } from "./convolution.ts";
import { elementwiseRules } from "./elementwise.ts";
import { layoutRules } from "./layout.ts";
import { leafRules } from "./leaf.ts";
import { normalizationRules } from "./normalization.ts";
import { poolingRules } from "./pooling.ts";
import { randomRules } from "./random.ts";
import { reductionRules } from "./reduction.ts";

/** By op; an op without a gradient says why. */
export const RULES: RuleTable<OpParams> = {
  ...leafRules,
  ...elementwiseRules,
  ...reductionRules,
  ...layoutRules,
  ...convolutionRules,
  ...normalizationRules,
  ...poolingRules,
  ...randomRules,
};

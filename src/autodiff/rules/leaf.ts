// Leaves have no operands: gradients end here.
import type { LeafOps } from "../../graph/ops/leaf.ts";
import type { RuleTable } from "../rule.ts";

/** No operands, so no gradients to pass on. */
export const leafRules: RuleTable<LeafOps> = {
  input: () => [],
  variable: () => [],
  constant: () => [],
};

// Leaves have no operands: gradients end here.
import type { LeafOps } from "../../graph/ops/leaf.ts";
import type { RuleTable } from "../rule.ts";

export const leafRules: RuleTable<LeafOps> = {
  input: () => [],
  variable: () => [],
  constant: () => [],
};

// Random numbers have no gradient.
import type { RandomOps } from "../../graph/ops/random.ts";
import type { RuleTable } from "../rule.ts";

/** What is drawn depends on the key alone. */
export const randomRules: RuleTable<RandomOps> = {
  bernoulli: { notDifferentiable: "random numbers depend on nothing that is trained" },
};

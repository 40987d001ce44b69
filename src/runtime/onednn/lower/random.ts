// Random numbers, drawn on the host.
import { fillBernoulli } from "../../../core/index.ts";
import type { BoundNode } from "../../../graph/index.ts";
import type { Planner } from "../plan/planner.ts";
import { lowerLoop } from "./host.ts";

/** The same draws as on every runtime. */
export function lowerBernoulli(planner: Planner, node: BoundNode<"bernoulli">): void {
  const { place, probability } = node.params;
  lowerLoop(planner, node, ([key], [to]) => {
    fillBernoulli(to as Float32Array, key!, place, probability);
  });
}

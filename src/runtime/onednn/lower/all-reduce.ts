// Sums over processes, by the main thread.
import type { BoundNode } from "../../../graph/index.ts";
import type { Planner } from "../plan/planner.ts";
import { sumTogether } from "../sum-together.ts";
import { lowerLoop } from "./host.ts";

/** Of one process the operand. */
export function lowerAllReduce(planner: Planner, node: BoundNode<"allReduceSum">): void {
  const { shared } = planner;
  lowerLoop(planner, node, ([from], [to]) => {
    (to as Float32Array).set(from as Float32Array);
    sumTogether(shared, to as Float32Array);
  });
}

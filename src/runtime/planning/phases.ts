// The two halves of a training step: what its outputs need, and what comes back from them.
import type { BoundNode, BoundProgram } from "../../graph/index.ts";

/** The nodes that outputs are made of; the others, those of gradients, serve updates alone. */
export function forwardNodes({ outputs }: BoundProgram): ReadonlySet<BoundNode> {
  const forward = new Set<BoundNode>();
  const pending = Object.values(outputs).map(({ node }) => node);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (forward.has(node)) continue;
    forward.add(node);
    for (const { node: operand } of node.inputs) pending.push(operand);
  }
  return forward;
}

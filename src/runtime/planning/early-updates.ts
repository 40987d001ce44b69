// Adds what is accumulated as soon as it is there, so that a gradient need not be kept, and is known, until the end of a program.
import { type BoundNode, type BoundProgram, type BoundValue, isOp } from "../../graph/index.ts";
import { Uses } from "./uses.ts";

/**
 * The program in an order in which sums of a variable and a value, computed for an update alone, come right behind that value.
 * Nothing else changes.
 */
export function withEarlyUpdates(program: BoundProgram): BoundProgram {
  const uses = new Uses(program);
  const results = new Set(program.updates.map(({ value }) => value));
  const isReadForOne = ({ node }: BoundValue): boolean =>
    isOp(node, "variable") && uses.of(node.outputs[0]!).length === 1;
  /** What comes behind a node. */
  const followers = new Map<BoundNode, BoundNode[]>();
  const moved = new Set<BoundNode>();
  for (const node of program.nodes) {
    const [sum] = node.outputs;
    if (!isOp(node, "add") || !results.has(sum!) || uses.of(sum!).length > 0) continue;
    const held = node.inputs.find(isReadForOne);
    const added = node.inputs.find((value) => value !== held);
    if (held === undefined || added === undefined || moved.has(added.node)) continue;
    followers.set(added.node, [...(followers.get(added.node) ?? []), held.node, node]);
    moved.add(held.node).add(node);
  }
  if (moved.size === 0) return program;
  const nodes = program.nodes
    .filter((node) => !moved.has(node))
    .flatMap((node) => [node, ...(followers.get(node) ?? [])]);
  return { ...program, nodes };
}

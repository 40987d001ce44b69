// Which elementwise nodes are computed together: connected ones over one shape, if nothing else lies between them.
import type { BoundNode, BoundProgram, BoundValue } from "../../graph/index.ts";
import { forwardNodes } from "./phases.ts";
import type { ReluGradient } from "./relu-gradient.ts";
import type { ElementwiseMember } from "./units.ts";

/**
 * Whether the runtime can compute `node` in one pass with others over the shape of its result. `mask` is the gradient
 * of a ReLU that ends in the node, where it is one.
 */
export type CanJoin = (node: BoundNode, mask: ReluGradient | undefined) => boolean;

/** Nodes that will run together, and what they need of other groups. */
interface Group {
  readonly members: ElementwiseMember[];
  readonly shape: string;
  /** Gradients are not computed with what is forward of them: their results would have to be kept until they are read. */
  readonly isForward: boolean;
  /** Groups whose results a member takes as an operand. */
  near: Set<Group>;
  /** Groups whose results reach a member through nodes outside of groups. */
  far: Set<Group>;
}

/**
 * Groups of nodes that can run as one unit. A node joins the groups of its operands, which become one, unless a
 * path leads from a group to itself through something outside of it. What is forward of a program's outputs and what only
 * updates need, as gradients, are in groups of their own.
 *
 * @param masks matched gradients of ReLU by their last node.
 */
export function groupElementwise(
  program: BoundProgram,
  masks: ReadonlyMap<BoundNode, ReluGradient>,
  canJoin: CanJoin,
): ElementwiseMember[][] {
  const comparisons = new Set([...masks.values()].map(({ nodes }) => nodes[0]!));
  const groups = new GroupGraph(forwardNodes(program));
  for (const node of program.nodes) {
    if (comparisons.has(node)) continue;
    const mask = masks.get(node);
    const operands = mask === undefined ? node.inputs : [mask.upstream, mask.activated];
    if (!canJoin(node, mask)) groups.pass(node, operands);
    else
      groups.place(
        node,
        mask === undefined ? { kind: "op", node } : { kind: "reluGradient", ...mask },
        operands,
      );
  }
  const position = new Map(program.nodes.map((node, i) => [node, i]));
  const positionOf = (member: ElementwiseMember): number =>
    position.get(member.kind === "op" ? member.node : member.result.node)!;
  return groups.all().map((members) => [...members].sort((a, b) => positionOf(a) - positionOf(b)));
}

/** Groups under construction. */
class GroupGraph {
  readonly #forward: ReadonlySet<BoundNode>;
  readonly #groups = new Set<Group>();
  readonly #groupOf = new Map<BoundNode, Group>();
  /** Groups that a node outside of groups needs. */
  readonly #behind = new Map<BoundNode, Set<Group>>();

  constructor(forward: ReadonlySet<BoundNode>) {
    this.#forward = forward;
  }

  all(): ElementwiseMember[][] {
    return [...this.#groups].map(({ members }) => members);
  }

  /** A node that joins no group. */
  pass(node: BoundNode, operands: readonly BoundValue[]): void {
    this.#behind.set(node, new Set(operands.flatMap(({ node: operand }) => [...this.#needed(operand)])));
  }

  /** A node that joins its operands' groups, or begins one. */
  place(node: BoundNode, member: ElementwiseMember, operands: readonly BoundValue[]): void {
    const own: Group = {
      members: [member],
      isForward: this.#forward.has(node),
      shape: shapeKey(node.outputs[0]!),
      near: new Set(),
      far: new Set(),
    };
    for (const { node: operand } of operands) {
      const group = this.#groupOf.get(operand);
      if (group !== undefined) own.near.add(group);
      else for (const behind of this.#behind.get(operand) ?? []) own.far.add(behind);
    }
    this.#groups.add(own);
    this.#groupOf.set(node, own);
    for (const group of [...own.near]) {
      if (isAlike(own, group) && this.#groups.has(group) && mayMerge(own, group)) this.#merge(own, group);
    }
  }

  #needed(node: BoundNode): Iterable<Group> {
    const group = this.#groupOf.get(node);
    return group === undefined ? (this.#behind.get(node) ?? []) : [group];
  }

  /** Makes one of two groups; `into` takes the place of `other` everywhere. */
  #merge(into: Group, other: Group): void {
    into.members.push(...other.members);
    into.near = union(into.near, other.near);
    into.far = union(into.far, other.far);
    this.#groups.delete(other);
    const replace = (set: Set<Group>): void => {
      if (set.delete(other)) set.add(into);
    };
    for (const group of this.#groups) {
      replace(group.near);
      replace(group.far);
    }
    for (const behind of this.#behind.values()) replace(behind);
    for (const [node, group] of this.#groupOf) if (group === other) this.#groupOf.set(node, into);
    into.near.delete(into);
  }
}

function isAlike(a: Group, b: Group): boolean {
  return a.shape === b.shape && a.isForward === b.isForward;
}

/** Whether no path leads from one to the other but those of members that use each other's results. */
function mayMerge(a: Group, b: Group): boolean {
  if (a.far.has(b) || b.far.has(a)) return false;
  const beyond = (from: Group, to: Group): boolean =>
    [...from.near, ...from.far].some((next) => next !== to && reaches(next, to));
  return !beyond(a, b) && !beyond(b, a);
}

function reaches(from: Group, target: Group, seen: Set<Group> = new Set()): boolean {
  if (from === target) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return [...from.near, ...from.far].some((group) => reaches(group, target, seen));
}

function union(a: ReadonlySet<Group>, b: ReadonlySet<Group>): Set<Group> {
  return new Set([...a, ...b]);
}

function shapeKey({ shape }: BoundValue): string {
  return shape.join("x");
}

// Which elementwise nodes are computed together: connected ones over one shape, if nothing else lies between them.
import { sizeOf } from "../../../core/index.ts";
import type { Node, OpName, Program, Value } from "../../../graph/index.ts";
import { type ReluGradient, scalarConstant } from "./relu-gradient.ts";
import type { ElementwiseMember } from "./units.ts";

/** Below this many elements a loop in JavaScript is as quick as calling the library. */
const FEWEST_ELEMENTS = 512;

/** Ops with an elementwise primitive; those with two operands take a scalar as either of them. */
const ELEMENTWISE: ReadonlySet<OpName> = new Set<OpName>([
  "neg",
  "exp",
  "log",
  "sqrt",
  "reciprocal",
  "abs",
  "relu",
  "sigmoid",
  "tanh",
  "add",
  "sub",
  "mul",
  "div",
  "maximum",
  "minimum",
]);

interface Group {
  readonly members: ElementwiseMember[];
  readonly shape: string;
  /** Groups whose results its members need. */
  readonly needs: Set<Group>;
}

/**
 * Groups of nodes that can run as one unit: a node joins the group of an operand when none of its other operands
 * needs that group by a way that leads outside of it.
 *
 * @param masks matched gradients of ReLU by their last node.
 */
export function groupElementwise(
  program: Program,
  masks: ReadonlyMap<Node, ReluGradient>,
  isTaken: (node: Node) => boolean,
): ElementwiseMember[][] {
  const comparisons = new Set([...masks.values()].map(({ nodes }) => nodes[0]!));
  const groups: Group[] = [];
  const groupOf = new Map<Node, Group>();
  /** Groups that a node outside of groups needs. */
  const behind = new Map<Node, ReadonlySet<Group>>();
  const neededBy = (value: Value): ReadonlySet<Group> => {
    const group = groupOf.get(value.node);
    return group === undefined ? (behind.get(value.node) ?? NONE) : new Set([group]);
  };
  for (const node of program.nodes) {
    if (comparisons.has(node)) continue;
    const mask = masks.get(node);
    const operands = mask === undefined ? node.inputs : [mask.upstream, mask.activated];
    const needs = new Set(operands.flatMap((operand) => [...neededBy(operand)]));
    const member = memberOf(node, mask, isTaken);
    if (member === undefined) {
      behind.set(node, needs);
      continue;
    }
    const shape = shapeKey(node.outputs[0]!);
    const candidates = operands.map(({ node: operand }) => groupOf.get(operand));
    let own = candidates.find(
      (group): group is Group =>
        group?.shape === shape &&
        operands.every(
          (operand) =>
            groupOf.get(operand.node) === group ||
            ![...neededBy(operand)].some((other) => reaches(other, group)),
        ),
    );
    if (own === undefined) {
      own = { members: [], shape, needs: new Set() };
      groups.push(own);
    }
    own.members.push(member);
    for (const other of needs) if (other !== own) own.needs.add(other);
    groupOf.set(node, own);
  }
  return groups.map(({ members }) => members);
}

const NONE: ReadonlySet<Group> = new Set();

function reaches(from: Group, target: Group, seen: Set<Group> = new Set()): boolean {
  if (from === target) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return [...from.needs].some((group) => reaches(group, target, seen));
}

function memberOf(
  node: Node,
  mask: ReluGradient | undefined,
  isTaken: (node: Node) => boolean,
): ElementwiseMember | undefined {
  if (isTaken(node)) return undefined;
  const [result] = node.outputs;
  if (result?.dtype !== "float32" || sizeOf(result.shape) < FEWEST_ELEMENTS) return undefined;
  if (mask !== undefined) return { kind: "reluGradient", ...mask };
  if (!ELEMENTWISE.has(node.op)) return undefined;
  const full = node.inputs.filter((input) => shapeKey(input) === shapeKey(result));
  const others = node.inputs.filter((input) => !full.includes(input));
  const fits = full.length > 0 && others.every(({ shape }) => sizeOf(shape) === 1);
  return fits || isSquare(node, result) ? { kind: "op", node } : undefined;
}

/** x ^ 2 */
function isSquare(node: Node, result: Value): boolean {
  const [base, exponent] = node.inputs;
  return node.op === "pow" && shapeKey(base!) === shapeKey(result) && scalarConstant(exponent!) === 2;
}

function shapeKey({ shape }: Value): string {
  return shape.join("x");
}

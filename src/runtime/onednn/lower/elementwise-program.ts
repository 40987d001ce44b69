// Elementwise units as straight-line code: instructions, and the chains of them that one primitive computes.
import { type BoundNode, type BoundValue, isOp } from "../../../graph/index.ts";
import { type ElementwiseMember, scalarConstant } from "../../planning/index.ts";
import type { BinaryAlgorithm, EltwiseAlgorithm, EltwiseGradient } from "../ffi/index.ts";

/** An operand: a tensor of the unit's shape, a scalar known at run time, or a number. */
export type Operand =
  | { readonly kind: "full"; readonly value: BoundValue }
  | { readonly kind: "scalar"; readonly value: BoundValue }
  | { readonly kind: "number"; readonly number: number };

/** A function applied to what a chain has computed so far. */
export type Link =
  | {
      readonly kind: "eltwise";
      readonly algorithm: EltwiseAlgorithm;
      readonly alpha: number;
      readonly beta: number;
    }
  | { readonly kind: "binary"; readonly algorithm: BinaryAlgorithm; readonly operand: Operand };

/** `first`, then each link in turn; the value of the last one is `result`. */
export interface Chain {
  readonly kind: "chain";
  readonly first: BoundValue;
  readonly links: Link[];
  result: BoundValue;
}

/** The gradient of a function from that of its result and what is `known` of it: the operand or, for relu, the result. */
export interface Gradient {
  readonly kind: "gradient";
  readonly algorithm: EltwiseGradient;
  readonly alpha: number;
  readonly beta: number;
  readonly known: BoundValue;
  readonly upstream: BoundValue;
  readonly result: BoundValue;
}

/** What one pass over a block computes. */
export type Instruction = Chain | Gradient;

/** The tensors of the unit's shape that an instruction reads. */
export function operandsOf(instruction: Instruction): readonly BoundValue[] {
  if (instruction.kind === "gradient") return [instruction.upstream, instruction.known];
  const others = instruction.links.flatMap((link) =>
    link.kind === "binary" && link.operand.kind === "full" ? [link.operand.value] : [],
  );
  return [instruction.first, ...others];
}

/**
 * The unit's members as chains: a node that alone uses the result of the one before becomes a link of its chain.
 *
 * @param isWanted whether the value must be stored although the unit itself uses it once.
 */
export function chainsOf(
  members: readonly ElementwiseMember[],
  isWanted: (value: BoundValue) => boolean,
): Instruction[] {
  const useCount = new Map<BoundValue, number>();
  const single = members.map(instructionOf);
  for (const instruction of single) {
    for (const value of operandsOf(instruction)) useCount.set(value, (useCount.get(value) ?? 0) + 1);
  }
  const open = new Map<BoundValue, Chain>();
  const program: Instruction[] = [];
  for (const instruction of single) {
    const extended = instruction.kind === "chain" ? extend(instruction, open) : undefined;
    if (extended !== undefined) {
      program.splice(program.indexOf(extended), 1);
      program.push(extended);
    } else {
      program.push(instruction);
    }
    const latest = extended ?? instruction;
    if (latest.kind === "chain" && useCount.get(latest.result) === 1 && !isWanted(latest.result)) {
      open.set(latest.result, latest);
    }
  }
  return program;
}

/** The chain that computes an operand of `next`, with `next` as its last link. */
function extend(next: Chain, open: Map<BoundValue, Chain>): Chain | undefined {
  for (const candidate of [next, swapped(next)]) {
    const chain = candidate && open.get(candidate.first);
    if (candidate === undefined || chain === undefined) continue;
    open.delete(candidate.first);
    chain.links.push(...candidate.links);
    chain.result = candidate.result;
    return chain;
  }
  return undefined;
}

/** The same computed from the other tensor. */
function swapped({ kind, first, links, result }: Chain): Chain | undefined {
  const [link] = links;
  if (links.length !== 1 || link?.kind !== "binary" || link.operand.kind !== "full") return undefined;
  if (link.operand.value === first) return undefined;
  const operand: Operand = { kind: "full", value: first };
  const others = SWAPPED[link.algorithm]?.(operand);
  return others && { kind, first: link.operand.value, links: others, result };
}

/** What is done to the right operand of an algorithm, given the left one (no division: reciprocals are slow). */
const SWAPPED: { readonly [A in BinaryAlgorithm]?: (left: Operand) => Link[] } = {
  add: (operand) => [{ kind: "binary", algorithm: "add", operand }],
  mul: (operand) => [{ kind: "binary", algorithm: "mul", operand }],
  max: (operand) => [{ kind: "binary", algorithm: "max", operand }],
  min: (operand) => [{ kind: "binary", algorithm: "min", operand }],
  sub: (operand) => [linear(-1, 0), { kind: "binary", algorithm: "add", operand }],
};

/**
 * The same functions, none of them twice with different parameters: oneDNN 2.6 applies the parameters of the first to
 * all post-ops with its algorithm. Later ones take their numbers as operands.
 */
export function distinctFunctions(links: readonly Link[]): Link[] {
  const first = new Map<EltwiseAlgorithm, Link & { readonly kind: "eltwise" }>();
  return links.flatMap((link) => {
    if (link.kind === "binary") return [link];
    const { algorithm, alpha, beta } = link;
    const known = first.get(algorithm);
    if (known === undefined) first.set(algorithm, link);
    return known === undefined || (known.alpha === alpha && known.beta === beta)
      ? [link]
      : withOperands(link);
  });
}

/** A function with parameters as operations with numbers. */
function withOperands({ algorithm, alpha, beta }: Link & { readonly kind: "eltwise" }): Link[] {
  const binary = (operation: BinaryAlgorithm, number: number): Link[] => [
    { kind: "binary", algorithm: operation, operand: { kind: "number", number } },
  ];
  switch (algorithm) {
    case "linear":
      return [...(alpha === 1 ? [] : binary("mul", alpha)), ...(beta === 0 ? [] : binary("add", beta))];
    case "clip":
      return [
        ...(alpha === Number.NEGATIVE_INFINITY ? [] : binary("max", alpha)),
        ...(beta === Number.POSITIVE_INFINITY ? [] : binary("min", beta)),
      ];
    default:
      throw new Error(`${algorithm} takes no other parameters`);
  }
}

function instructionOf(member: ElementwiseMember): Instruction {
  if (member.kind === "reluGradient") {
    const { activated: known, upstream, result } = member;
    return { kind: "gradient", algorithm: "relu", alpha: 0, beta: 0, known, upstream, result };
  }
  const { node } = member;
  const result = node.outputs[0]!;
  if (isOp(node, "geluGrad")) {
    const [upstream, known] = node.inputs as readonly [BoundValue, BoundValue];
    return { kind: "gradient", algorithm: "gelu", alpha: 0, beta: 0, known, upstream, result };
  }
  if (isOp(node, "clipGrad")) {
    const [upstream, known] = node.inputs as readonly [BoundValue, BoundValue];
    const { low, high } = node.params;
    return { kind: "gradient", algorithm: "clip", alpha: low, beta: high, known, upstream, result };
  }
  const [a, b] = node.inputs.map((input) => operandOf(input, result));
  if (a!.kind === "full") return { kind: "chain", first: a!.value, links: linksBehind(node, a!, b), result };
  if (b?.kind !== "full") throw new Error(`${node.op} has no operand of its result's shape`);
  return { kind: "chain", first: b.value, links: linksInFront(node, a!), result };
}

function operandOf(value: BoundValue, result: BoundValue): Operand {
  if (value.shape.join("x") === result.shape.join("x")) return { kind: "full", value };
  const number = scalarConstant(value);
  return number === undefined ? { kind: "scalar", value } : { kind: "number", number };
}

const linear = (alpha: number, beta: number): Link => ({ kind: "eltwise", algorithm: "linear", alpha, beta });
const eltwise = (algorithm: EltwiseAlgorithm): Link => ({ kind: "eltwise", algorithm, alpha: 0, beta: 0 });
const reciprocal: Link = { kind: "eltwise", algorithm: "pow", alpha: 1, beta: -1 };

/** `node` of the chain's value and, for two operands, `b` on its right. */
function linksBehind(node: BoundNode, a: Operand & { kind: "full" }, b: Operand | undefined): Link[] {
  if (isOp(node, "clip")) return [clip(node.params.low, node.params.high)];
  switch (node.op) {
    case "neg":
      return [linear(-1, 0)];
    case "reciprocal":
      return [reciprocal];
    case "sigmoid":
      return [eltwise("logistic")];
    case "exp":
    case "log":
    case "sqrt":
    case "abs":
    case "relu":
    case "tanh":
    case "gelu":
      return [eltwise(node.op)];
    case "pow":
      return [{ kind: "binary", algorithm: "mul", operand: a }];
    default:
      return [withNumber(node, b!) ?? { kind: "binary", algorithm: algorithmOf(node), operand: b! }];
  }
}

function withNumber(node: BoundNode, b: Operand): Link | undefined {
  if (b.kind !== "number") return undefined;
  const { number } = b;
  if (isOp(node, "add")) return linear(1, number);
  if (isOp(node, "sub")) return linear(1, -number);
  if (isOp(node, "mul")) return linear(number, 0);
  if (isOp(node, "maximum")) return clip(number, Number.POSITIVE_INFINITY);
  if (isOp(node, "minimum")) return clip(Number.NEGATIVE_INFINITY, number);
  return undefined;
}

function clip(alpha: number, beta: number): Link {
  return { kind: "eltwise", algorithm: "clip", alpha, beta };
}

/** `node` with the scalar or number `a` on the left of the chain's value. */
function linksInFront(node: BoundNode, a: Operand): Link[] {
  if (isOp(node, "sub")) return [linear(-1, 0), added(a)];
  if (isOp(node, "div")) return [reciprocal, multiplied(a)];
  return [withNumber(node, a) ?? { kind: "binary", algorithm: algorithmOf(node), operand: a }];
}

function added(a: Operand): Link {
  return a.kind === "number" ? linear(1, a.number) : { kind: "binary", algorithm: "add", operand: a };
}

function multiplied(a: Operand): Link {
  return a.kind === "number" ? linear(a.number, 0) : { kind: "binary", algorithm: "mul", operand: a };
}

function algorithmOf(node: BoundNode): BinaryAlgorithm {
  switch (node.op) {
    case "add":
    case "sub":
    case "mul":
    case "div":
      return node.op;
    case "maximum":
      return "max";
    case "minimum":
      return "min";
    default:
      throw new Error(`${node.op} is no elementwise primitive`);
  }
}

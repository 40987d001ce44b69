// Values that the backward pass makes again, from one that it reads anyway, instead of keeping them.
import { sizeOf } from "../../core/index.ts";
import {
  type BoundNode,
  type BoundProgram,
  type BoundValue,
  createProgram,
  Graph,
  isOp,
  type Value,
} from "../../graph/index.ts";
import { normalizationGradientOf, normalizationOf } from "./batch-norm-relu.ts";
import type { CanJoin } from "./elementwise-groups.ts";
import { forwardNodes } from "./phases.ts";
import { matchReluGradient } from "./relu-gradient.ts";
import { Uses } from "./uses.ts";

/** Below this many elements a value is kept: another call of a kernel costs more than its memory is worth. */
const FEWEST_ELEMENTS = 65536;
/** An operand that is so many times smaller than the result is kept for it. */
const SMALL = 16;
/** Passes through memory that a value may take to make again. */
const MOST_PASSES = 1;

/** What a runtime does with values that are made again. */
export interface Remaking {
  /** Elementwise nodes that the runtime computes together with others. */
  readonly joins: CanJoin;
  /** Whether batch norms with ReLU are made again: for a runtime whose kernel leaves the result's signs to the gradient's. */
  readonly normalizes: boolean;
}

/** A program in which values are made again. */
export interface Remade {
  readonly program: BoundProgram;
  /** Nodes that make a value again, each with the gradient that is there before it in the program's order. */
  readonly behind: ReadonlyMap<BoundNode, BoundValue>;
}

/**
 * The same program, in which nodes of gradients read some values of the forward pass from copies of the nodes that made
 * them. Those are values that come from one other, which gradients read in any case, by elementwise ops (SiLU, GELU, a
 * gate), a layer norm or a batch norm with ReLU: at most one pass through memory, which a kernel shared with gradients
 * often has already made. No bit changes where kernels round alike in both places.
 * Nothing but the order of nodes keeps copies from being made early: a runtime with an order of its own looks at `behind`.
 */
export function withRecomputation(program: BoundProgram, remaking: Remaking): Remade {
  const forward = forwardNodes(program);
  if (forward.size === program.nodes.length) return { program, behind: new Map() };
  const uses = new Uses(program);
  const reads = new BackwardReads(program, forward, remaking.normalizes ? signsOf(program, uses) : new Set());
  const origins = new Origins(uses, remaking);
  const isRemade = (value: BoundValue): boolean =>
    forward.has(value.node) &&
    !uses.isResult(value) &&
    [...origins.of(value).keys()].some((source) => source !== value && reads.has(source));
  return new Rewriting(program, forward, uses, reads, isRemade).rewritten();
}

/** The comparisons of results of batch norms with ReLU, in their gradients. */
function signsOf(program: BoundProgram, uses: Uses): ReadonlySet<BoundNode> {
  const masks = program.nodes.flatMap((node) => matchReluGradient(node, uses) ?? []);
  const ofNormalized = masks.filter((mask) => normalizationGradientOf(mask, uses) !== undefined);
  return new Set(ofNormalized.map(({ nodes }) => nodes[0]!));
}

/** What nodes of gradients read of the forward pass. */
class BackwardReads {
  readonly #kept = new Set<BoundValue>();
  readonly #masks: ReadonlySet<BoundNode>;

  /** @param masks nodes that read nothing, the forward kernel having left the bits */
  constructor(program: BoundProgram, forward: ReadonlySet<BoundNode>, masks: ReadonlySet<BoundNode>) {
    this.#masks = masks;
    for (const node of program.nodes) {
      if (forward.has(node) || this.#masks.has(node)) continue;
      for (const input of node.inputs) if (forward.has(input.node)) this.#kept.add(unshaped(input));
    }
  }

  has(value: BoundValue): boolean {
    return this.#kept.has(value);
  }

  /** Whether the node compares the result of a batch norm with ReLU, of which the forward kernel left the bits. */
  isMask(node: BoundNode): boolean {
    return this.#masks.has(node);
  }
}

/** Passes through memory that it takes to make a value, by the value that it is made from: itself without any. */
type Sources = ReadonlyMap<BoundValue, number>;

/** From which values of their size others can be made. */
class Origins {
  readonly #uses: Uses;
  readonly #remaking: Remaking;
  readonly #sources = new Map<BoundValue, Sources>();

  constructor(uses: Uses, remaking: Remaking) {
    this.#uses = uses;
    this.#remaking = remaking;
  }

  of(value: BoundValue): Sources {
    const known = this.#sources.get(value);
    if (known !== undefined) return known;
    const sources = new Map([...this.#found(value), [value, 0] as const]);
    this.#sources.set(value, sources);
    return sources;
  }

  #found(value: BoundValue): Iterable<readonly [BoundValue, number]> {
    const { node } = value;
    const size = sizeOf(value.shape);
    if (size < FEWEST_ELEMENTS || value !== node.outputs[0]) return [];
    const normalization = normalizationOf(node, this.#uses);
    if (normalization !== undefined) return this.#remaking.normalizes ? [[normalization.inputs[0]!, 1]] : [];
    const own = this.#passesOf(node);
    const large = node.inputs.filter(({ shape }) => sizeOf(shape) * SMALL > size);
    const isAlike = large.length > 0 && large.every(({ shape }) => sizeOf(shape) === size);
    if (own === undefined || !isAlike) return [];
    const [first, ...others] = large.map((operand) => this.of(operand));
    return [...first!].flatMap(([source, passes]) => {
      const all = [passes, ...others.map((sources) => sources.get(source) ?? Number.POSITIVE_INFINITY)];
      const needed = own + Math.max(...all);
      return needed > MOST_PASSES ? [] : [[source, needed] as const];
    });
  }

  /** Passes that the node needs for itself; undefined for what is no cheap op. */
  #passesOf(node: BoundNode): 0 | 1 | undefined {
    if (isOp(node, "reshape") || this.#remaking.joins(node, undefined)) return 0;
    if (isOp(node, "layerNorm")) return 1;
    return SCALINGS.has(node.op) && node.outputs[0]!.dtype === "float32" ? 1 : undefined;
  }
}

/** What takes an operand for each sample, channel or column. */
const SCALINGS: ReadonlySet<string> = new Set(["add", "sub", "mul", "div"]);

/** The value whose elements a reshaped one has. */
function unshaped(value: BoundValue): BoundValue {
  return isOp(value.node, "reshape") ? unshaped(value.node.inputs[0]!) : value;
}

/** A program being written anew, with copies of nodes in front of those that read what they make. */
class Rewriting {
  readonly #program: BoundProgram;
  readonly #forward: ReadonlySet<BoundNode>;
  readonly #uses: Uses;
  readonly #reads: BackwardReads;
  readonly #isRemade: (value: BoundValue) => boolean;
  readonly #graph = new Graph();
  readonly #values = new Map<BoundValue, Value>();
  readonly #copies = new Map<BoundValue, Value>();
  readonly #behind = new Map<BoundNode, BoundValue>();
  /** Gradients: what begins behind the forward pass, and what comes of it. */
  readonly #gradients = new Set<Value>();
  #latest: Value | undefined;

  constructor(
    program: BoundProgram,
    forward: ReadonlySet<BoundNode>,
    uses: Uses,
    reads: BackwardReads,
    isRemade: (value: BoundValue) => boolean,
  ) {
    this.#program = program;
    this.#forward = forward;
    this.#uses = uses;
    this.#reads = reads;
    this.#isRemade = isRemade;
  }

  rewritten(): Remade {
    const { name, nodes, outputs, updates } = this.#program;
    for (const node of nodes) {
      const isPlain = this.#forward.has(node) || this.#reads.isMask(node);
      const inputs = node.inputs.map((input) => (isPlain ? this.#values.get(input)! : this.#read(input)));
      const results = this.#append(node, inputs);
      for (const [i, value] of node.outputs.entries()) this.#values.set(value, results[i]!);
      if (!this.#forward.has(node)) this.#follow(inputs, results);
    }
    const program = createProgram({
      name,
      outputs: Object.fromEntries(
        Object.entries(outputs).map(([key, value]) => [key, this.#values.get(value)!]),
      ),
      updates: updates.map(({ variable, value }) => ({ variable, value: this.#values.get(value)! })),
    }) as BoundProgram;
    return { program, behind: this.#behind };
  }

  /** Takes note of a node behind the forward pass where what it gives is a gradient. */
  #follow(inputs: readonly Value[], results: readonly Value[]): void {
    if (inputs.length === 0) return;
    if (this.#latest !== undefined && !inputs.some((input) => this.#gradients.has(input))) return;
    for (const result of results) this.#gradients.add(result);
    this.#latest = results[0];
  }

  #append<N extends BoundNode>({ op, params, scope }: N, inputs: readonly Value[]): readonly Value[] {
    return this.#graph.within(scope, () => this.#graph.append(op, inputs, params));
  }

  #read(value: BoundValue): Value {
    if (!this.#isRemade(value)) return this.#values.get(value)!;
    const known = this.#copies.get(value);
    if (known !== undefined) return known;
    const copy = this.#copyOf(value);
    this.#copies.set(value, copy);
    if (this.#latest !== undefined) this.#behind.set(copy.node as BoundNode, this.#latest as BoundValue);
    return copy;
  }

  #copyOf({ node }: BoundValue): Value {
    const normalization = normalizationOf(node, this.#uses);
    if (normalization === undefined)
      return this.#append(
        node,
        node.inputs.map((input) => this.#read(input)),
      )[0]!;
    const [, mean, variance] = normalization.outputs as readonly BoundValue[];
    const operands = [...normalization.inputs, mean!, variance!].map((input) => this.#read(input));
    const { scope, params } = normalization;
    const normalized = this.#graph.within(scope, () =>
      this.#graph.append("batchNormInference", operands, params),
    );
    const [y] = normalized as readonly BoundValue[];
    if (this.#latest !== undefined) this.#behind.set(y!.node, this.#latest as BoundValue);
    return this.#append(node, normalized)[0]!;
  }
}

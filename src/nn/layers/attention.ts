// Attention: each position's weighted mean of all, with weights by how alike queries and keys are.
import {
  add,
  matmul,
  mul,
  reshape,
  sizeOfAxis,
  slice,
  softmax,
  transpose,
  type Value,
} from "../../graph/index.ts";
import { fill, uniformFanIn, xavierUniform } from "../initializers.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import { Dropout } from "./dropout.ts";
import { Linear } from "./linear.ts";

/** The last axis divided among heads: [..., S, E] -> [..., heads, S, E / heads]. */
export function splitHeads(x: Value, heads: number): Value {
  const split = reshape(x, [...x.shape.slice(0, -1), heads, sizeOfAxis(x, -1) / heads]);
  return transpose(split, swapped(split.shape.length));
}

/** The inverse of `splitHeads`. */
export function joinHeads(x: Value): Value {
  const joined = transpose(x, swapped(x.shape.length));
  return reshape(joined, [...joined.shape.slice(0, -2), -1]);
}

/** The permutation that swaps the second and third of the last three axes from the end. */
function swapped(rank: number): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return [...axes.slice(0, -3), rank - 2, rank - 3, rank - 1];
}

/**
 * A linear map of x [..., I] by rows `from` to `to` of a weight [O, I] and a bias [O]: one of several that share them, such
 * as queries, keys and values. Slices of weights are smaller than slices of what they give.
 */
export function linearPart(
  x: Value,
  weight: Value,
  bias: Value | undefined,
  from: number,
  to: number,
): Value {
  const product = matmul(x, slice(weight, [from, 0], [to, weight.shape[1]!]), false, true);
  return bias === undefined ? product : add(product, slice(bias, [from], [to]));
}

/**
 * torch's `MultiheadAttention` of a sequence to itself, batch first: [N, S, E] -> [N, S, E] (Vaswani et al., "Attention Is
 * All You Need", 2017). State `in_proj_weight` [3 E, E] and `in_proj_bias` [3 E] of queries, keys and values, `out_proj`.
 */
export class MultiheadAttention extends Module {
  readonly in_proj_weight: Parameter;
  readonly in_proj_bias: Parameter;
  readonly out_proj: Linear;
  readonly #heads: number;
  readonly #dropout: Dropout;

  /** @param dropout share of the weights that are left out while training; default 0 */
  constructor(channels: number, heads: number, dropout = 0) {
    super();
    if (channels % heads !== 0)
      throw new RangeError(`${channels} channels do not divide among ${heads} heads`);
    this.in_proj_weight = new Parameter([3 * channels, channels], xavierUniform);
    this.in_proj_bias = new Parameter([3 * channels], fill(0));
    this.out_proj = new Linear(channels, channels, {
      initializer: uniformFanIn(channels),
      biasInitializer: fill(0),
    });
    this.#heads = heads;
    this.#dropout = new Dropout(dropout);
  }

  override forward(x: Value): Value {
    const [weight, bias] = [this.in_proj_weight.value, this.in_proj_bias.value];
    const channels = sizeOfAxis(x, -1);
    const [query, key, value] = [0, 1, 2].map((part) =>
      splitHeads(linearPart(x, weight, bias, part * channels, (part + 1) * channels), this.#heads),
    ) as [Value, Value, Value];
    const scaled = mul(query, (channels / this.#heads) ** -0.5);
    const weights = this.#dropout.call(softmax(matmul(scaled, key, false, true)));
    return this.out_proj.call(joinHeads(matmul(weights, value)));
  }
}

// A module's state: what it is made of and its first values.
import { type HostTensor, hostTensor, RandomStream, sizeOf } from "../core/index.ts";
import type { VariableSpec } from "../graph/index.ts";
import { drawAll } from "./drawing/draw-all.ts";
import type { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";

/** Tensors by PyTorch's names (`layer1.0.conv1.weight`), in PyTorch's order. */
export type StateDict = Map<string, HostTensor>;

/** One parameter or buffer of a module: its name, element type and shape, but not its value. */
export interface StateEntry extends VariableSpec {
  readonly kind: "parameter" | "buffer";
  /** Trained; false for buffers and frozen parameters. */
  readonly requiresGrad: boolean;
}

/** The entries of a module's state, in the order of PyTorch's `state_dict()`. */
export function stateEntries(module: Module): StateEntry[] {
  return Array.from(module.namedState(), ([name, state]) =>
    state instanceof Parameter
      ? { name, dtype: "float32", shape: state.shape, kind: "parameter", requiresGrad: state.requiresGrad }
      : { name, dtype: state.dtype, shape: state.shape, kind: "buffer", requiresGrad: false },
  );
}

/**
 * First values: every parameter drawn from its initialiser, a function of `seed` and its name alone. Large networks are
 * drawn in threads.
 */
export async function initialState(module: Module, seed: number): Promise<StateDict> {
  const entries = [...module.namedState()].map(([name, entry]) => {
    if (!(entry instanceof Parameter)) return { name, first: entry.initial() };
    const purpose = `init:${name}`;
    const first = entry.initializer(entry.shape, new RandomStream(seed, purpose));
    return "kind" in first
      ? { name, shape: entry.shape, distribution: first, length: sizeOf(entry.shape), purpose }
      : { name, first };
  });
  const drawn = entries.filter((entry) => entry.first === undefined);
  const values = await drawAll(drawn, seed);
  const tensors = new Map(
    drawn.map(({ name, shape }, i) => [name, hostTensor("float32", shape, values[i]!)]),
  );
  return new Map(entries.map(({ name, first }) => [name, first ?? tensors.get(name)!]));
}

// The program of an export: the network in evaluation mode, from `input` to `logits`.
import type { Shape } from "../core/index.ts";
import { BATCH, createProgram, Graph, input, type Program, type Storage, storageOf } from "../graph/index.ts";
import { type Module, stateEntries, trace } from "../nn/index.ts";

/** One storage for every state entry of the network. */
export function weightsStorages(network: Module): Storage[] {
  return stateEntries(network).map(({ name, dtype, shape }) => storageOf(name, [{ name, dtype, shape }]));
}

/** @param shape of `input` [N, C, H, W] without the batch axis, which is free */
export function inferenceProgram(network: Module, storages: readonly Storage[], shape: Shape): Program {
  const variables = new Map(storages.map((storage) => [storage.name, storage.members[0]!]));
  const images = input(new Graph(), "input", "float32", [BATCH, ...shape]);
  const { output } = trace(network, images, { training: false, variable: (name) => variables.get(name)! });
  return createProgram({ name: "inference", outputs: { logits: output } });
}

// Auxiliary classifiers count in training, where the maps are large enough, and are not computed in evaluation.
import { expect, test } from "vitest";
import { Graph, input, type VariableRef } from "../graph/index.ts";
import { stateEntries, type Traced, trace } from "../nn/index.ts";
import { createNetwork, type NetworkName } from "./catalog.ts";

function traced(name: NetworkName, size: number, training: boolean): Traced {
  const network = createNetwork(name, { numClasses: 5 });
  const graph = new Graph();
  const entries = new Map(stateEntries(network).map((entry) => [entry.name, entry]));
  return trace(network, input(graph, "images", "float32", [2, 3, size, size]), {
    training,
    variable: (key): VariableRef => ({ ...entries.get(key)!, storage: key, offset: 0 }),
    randomKey: () => input(graph, "key", "int32", [4]),
  });
}

test.each([
  ["googlenet", 64, [0.3, 0.3]],
  ["inception_v3", 299, [0.4]],
  ["inception_v3", 224, []],
] as const)("%s of %i pixels", (name, size, weights) => {
  const { auxiliary } = traced(name, size, true);
  expect(auxiliary.map(({ weight }) => weight)).toEqual(weights);
  for (const { logits } of auxiliary) expect(logits.shape).toEqual([2, 5]);
  expect(traced(name, size, false).auxiliary).toEqual([]);
});

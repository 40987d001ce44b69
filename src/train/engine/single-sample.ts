// Whether a network can be trained on a single sample: batch norm needs more than one value a channel.
import type { Shape } from "../../core/index.ts";
import { BATCH, Graph, input, sameSize, type VariableRef } from "../../graph/index.ts";
import { type Module, trace } from "../../nn/index.ts";
import { randomKey } from "./programs.ts";

/**
 * Whether a training batch must hold several samples: batch norm would meet one value a channel in a batch of one, as
 * where its maps are 1 x 1. Batch norm that is frozen has its statistics and needs none.
 * @param sample shape of one input, without the batch axis
 */
export function needsSeveralSamples(
  network: Module,
  weights: ReadonlyMap<string, VariableRef>,
  sample: Shape,
): boolean {
  const graph = new Graph();
  trace(network, input(graph, "images", "float32", [BATCH, ...sample]), {
    training: true,
    variable: (name) => weights.get(name)!,
    randomKey: randomKey(graph),
  });
  return graph.nodes.some(({ op, inputs }) => {
    if (op !== "batchNormTraining") return false;
    const { shape } = inputs[0]!;
    return sameSize(shape, [BATCH, shape[1]!]);
  });
}

// Graph ops as ONNX nodes: one lowering per op, the same for training and for export.
import type { Node, OpName, OpParams, Value } from "../../graph/index.ts";
import { convolutionLowerings } from "./convolution.ts";
import { decomposedNormalizationLowerings } from "./decomposed-normalization.ts";
import { elementwiseLowerings } from "./elementwise.ts";
import type { Emitter } from "./emitter.ts";
import { layoutLowerings } from "./layout.ts";
import { type Leaves, leafLowerings } from "./leaf.ts";
import type { Lowering, LoweringTable } from "./lowering.ts";
import { normalizationLowerings } from "./normalization.ts";
import { poolingLowerings } from "./pooling.ts";
import { reductionLowerings } from "./reduction.ts";

/** What lowering cannot know from the program. */
export interface LoweringOptions {
  readonly leaves: Leaves;
  /** Whether batch norm in training is composed of simpler nodes, for providers without it. Default false. */
  readonly decomposeBatchNorm?: boolean;
}

/** The lowering of every op. */
export function lowerings({ leaves, decomposeBatchNorm = false }: LoweringOptions): LoweringTable<OpParams> {
  return {
    ...leafLowerings(leaves),
    ...elementwiseLowerings,
    ...reductionLowerings,
    ...layoutLowerings,
    ...convolutionLowerings,
    ...(decomposeBatchNorm ? decomposedNormalizationLowerings : normalizationLowerings),
    ...poolingLowerings,
  };
}

/**
 * Emits every node, operands first as given.
 * @returns the ONNX name of every value
 */
export function lowerNodes(
  emit: Emitter,
  nodes: readonly Node[],
  options: LoweringOptions,
): ReadonlyMap<Value, string> {
  const table = lowerings(options);
  const names = new Map<Value, string>();
  for (const node of nodes) {
    emit.enter(node.scope === "" ? node.op : `${node.scope}/${node.op}`);
    const inputs = node.inputs.map((value) => ({ ...value, value, name: names.get(value)! }));
    const lowering = table[node.op as OpName] as Lowering<unknown>;
    const outputs = lowering(emit, inputs, node.params, node.outputs);
    for (const [i, value] of node.outputs.entries()) names.set(value, outputs[i]!);
  }
  return names;
}

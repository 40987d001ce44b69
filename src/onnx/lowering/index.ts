// Graph ops as ONNX nodes: one lowering per op, the same for training and for export.
import type { Node, OpName, OpParams, Program, Value } from "../../graph/index.ts";
import { blockedConvolutionLowerings } from "./blocked-convolution.ts";
import { convolutionLowerings } from "./convolution.ts";
import { decomposedNormalizationLowerings } from "./decomposed-normalization.ts";
import { elementwiseLowerings, sigmoidOperator } from "./elementwise.ts";
import type { Emitter } from "./emitter.ts";
import { layerNormLowerings } from "./layer-norm.ts";
import { layoutLowerings } from "./layout.ts";
import { type Leaves, leafLowerings } from "./leaf.ts";
import type { Lowering, LoweringTable } from "./lowering.ts";
import { normalizationLowerings } from "./normalization.ts";
import { poolingLowerings } from "./pooling.ts";
import { reductionLowerings } from "./reduction.ts";
import { summedSquares } from "./summed-squares.ts";

/** What lowering cannot know from the program. */
export interface LoweringOptions {
  readonly leaves: Leaves;
  /** Whether batch norm in training is composed of simpler nodes, for providers without it. Default false. */
  readonly decomposeBatchNorm?: boolean;
  /** Channels in a block of the layout that onnxruntime's kernels on this processor have of their own; default: they have none. */
  readonly channelBlock?: number | undefined;
  /** Whether sigmoid is ONNX's own operator, which readers of models know, though it be less exact. Default false. */
  readonly wholeSigmoid?: boolean;
  /** Nodes that are not to run before a value is there, by those nodes; default: none. */
  readonly behind?: ReadonlyMap<Node, Value>;
}

/** The lowering of every op. */
export function lowerings({
  leaves,
  decomposeBatchNorm = false,
  channelBlock,
  wholeSigmoid = false,
}: LoweringOptions): LoweringTable<OpParams> {
  return {
    ...leafLowerings(leaves),
    ...elementwiseLowerings,
    ...(wholeSigmoid && { sigmoid: sigmoidOperator }),
    ...reductionLowerings,
    ...layoutLowerings,
    ...(channelBlock === undefined ? convolutionLowerings : blockedConvolutionLowerings(channelBlock)),
    ...layerNormLowerings,
    ...(decomposeBatchNorm ? decomposedNormalizationLowerings : normalizationLowerings),
    ...poolingLowerings,
  };
}

/** What nodes read, and what the program gives. */
function usedValues({ nodes, outputs, updates }: Program): ReadonlySet<Value> {
  const results = [...Object.values(outputs), ...updates.map(({ value }) => value)];
  return new Set([...results, ...nodes.flatMap(({ inputs }) => inputs)]);
}

/**
 * Emits every node of the program, operands first.
 * @returns the ONNX name of every value that is used
 */
export function lowerNodes(
  emit: Emitter,
  program: Program,
  options: LoweringOptions,
): ReadonlyMap<Value, string> {
  const table = lowerings(options);
  const { behind = new Map<Node, Value>() } = options;
  const names = new Map<Value, string>();
  const used = usedValues(program);
  const squares = summedSquares(program);
  for (const node of program.nodes) {
    emit.enter(node.scope === "" ? node.op : `${node.scope}/${node.op}`);
    if (squares.has(node)) {
      names.set(node.outputs[0]!, names.get(node.inputs[0]!)!);
      continue;
    }
    const first = behind.get(node);
    const nameOf = (value: Value): string => {
      const name = names.get(value)!;
      const waits = first !== undefined && value === node.inputs[0] && !behind.has(value.node);
      return waits ? emit.after(name, value.shape, names.get(first)!) : name;
    };
    const inputs = node.inputs.map((value) => ({
      ...value,
      value,
      name: nameOf(value),
      isRoot: squares.has(value.node),
    }));
    const lowering = table[node.op as OpName] as Lowering<unknown>;
    const results = node.outputs.map((value) => ({ ...value, isUsed: used.has(value) }));
    const outputs = lowering(emit, inputs, node.params, results);
    for (const [i, value] of node.outputs.entries()) names.set(value, outputs[i]!);
  }
  return names;
}

// Folds batch normalisation with known statistics into the convolution before it.
import { type HostTensor, hostTensor, sizeOf, toNumbers } from "../core/index.ts";
import {
  conv2d,
  createProgram,
  Graph,
  isOp,
  type Node,
  type Program,
  readVariable,
  type Value,
  type VariableRef,
} from "../graph/index.ts";

/** The program without the normalisations that could be folded, and weights to match. */
export interface FoldedProgram {
  readonly program: Program;
  /** Values of all variables that the program reads. */
  readonly weights: ReadonlyMap<string, HostTensor>;
}

/** A batch norm and the convolution that only it uses, with the values of all their parameters. */
interface Fold {
  readonly convolution: Node<"conv2d">;
  readonly weightName: string;
  readonly weight: HostTensor;
  readonly bias: HostTensor | undefined;
  /** weight, bias, mean and variance of the batch norm */
  readonly vectors: readonly HostTensor[];
  readonly epsilon: number;
}

/**
 * The program with every `batchNormInference` that directly follows a convolution of its own folded into it:
 * with s = gain / sqrt(variance + epsilon), weight' = s weight and bias' = s (bias - mean) + shift. The new
 * bias is called as the weight, with `bias` for `weight`. Computed in float64.
 * @param weights values of the program's variables, by name
 */
export function foldBatchNorm(program: Program, weights: ReadonlyMap<string, HostTensor>): FoldedProgram {
  const folds = findFolds(program, weights);
  const dropped = new Set<Node>([...folds.values()].map(({ convolution }) => convolution as unknown as Node));
  const graph = new Graph();
  const values = new Map<Value, Value>();
  const folded = new Map(weights);
  for (const node of program.nodes) {
    if (dropped.has(node)) continue;
    const fold = folds.get(node);
    const outputs = graph.within(node.scope, () =>
      fold === undefined
        ? graph.append(
            node.op,
            node.inputs.map((value) => values.get(value)!),
            node.params,
          )
        : [appendFolded(graph, fold, values, folded)],
    );
    for (const [i, value] of node.outputs.entries()) values.set(value, outputs[i]!);
  }
  const outputs = Object.entries(program.outputs).map(([name, value]) => [name, values.get(value)!] as const);
  return {
    program: createProgram({ name: program.name, outputs: Object.fromEntries(outputs) }),
    weights: folded,
  };
}

function findFolds(program: Program, weights: ReadonlyMap<string, HostTensor>): Map<Node, Fold> {
  const uses = new Map<Value, number>();
  const used = [...program.nodes.flatMap(({ inputs }) => inputs), ...Object.values(program.outputs)];
  for (const value of used) uses.set(value, (uses.get(value) ?? 0) + 1);
  const known = ({ node }: Value): HostTensor | undefined => {
    if (isOp(node, "constant")) return node.params.tensor;
    return isOp(node, "variable") ? weights.get(node.params.variable.name) : undefined;
  };
  const folds = new Map<Node, Fold>();
  for (const node of program.nodes) {
    if (!isOp(node, "batchNormInference")) continue;
    const [x, ...vectors] = node.inputs;
    const convolution = x!.node;
    if (!isOp(convolution, "conv2d") || uses.get(x!) !== 1) continue;
    const [, weight, bias] = convolution.inputs;
    const weightTensor = known(weight!);
    const biasTensor = bias === undefined ? undefined : known(bias);
    const tensors = vectors.flatMap((value) => known(value) ?? []);
    const ownWeight = isOp(weight!.node, "variable") && uses.get(weight!) === 1;
    if (!ownWeight || weightTensor === undefined || tensors.length < 4) continue;
    if (bias !== undefined && biasTensor === undefined) continue;
    folds.set(node as unknown as Node, {
      convolution,
      weightName: (weight!.node as unknown as Node<"variable">).params.variable.name,
      weight: weightTensor,
      bias: biasTensor,
      vectors: tensors,
      epsilon: node.params.epsilon,
    });
  }
  return folds;
}

function appendFolded(
  graph: Graph,
  { convolution, weightName, weight, bias, vectors, epsilon }: Fold,
  values: ReadonlyMap<Value, Value>,
  weights: Map<string, HostTensor>,
): Value {
  const [gain, shift, mean, variance] = vectors.map(({ data }) => toNumbers(data)) as [
    number[],
    number[],
    number[],
    number[],
  ];
  const channels = gain.length;
  const scales = gain.map((value, channel) => value / Math.sqrt(variance[channel]! + epsilon));
  const taps = sizeOf(weight.shape) / channels;
  const kernel = new Float32Array(weight.data.length);
  for (let i = 0; i < kernel.length; i++) {
    kernel[i] = Number(weight.data[i]!) * scales[Math.floor(i / taps)]!;
  }
  const offsets = bias === undefined ? new Array<number>(channels).fill(0) : toNumbers(bias.data);
  const offset = Float32Array.from(
    scales,
    (scale, channel) => scale * (offsets[channel]! - mean[channel]!) + shift[channel]!,
  );
  const biasName = weightName.replace(/(weight)?$/, "bias");
  const read = (name: string, tensor: HostTensor): Value => {
    weights.set(name, tensor);
    const { dtype, shape } = tensor;
    const variable: VariableRef = { name, dtype, shape, storage: name, offset: 0 };
    return readVariable(graph, variable);
  };
  return conv2d(
    values.get(convolution.inputs[0]!)!,
    read(weightName, hostTensor("float32", weight.shape, kernel)),
    read(biasName, hostTensor("float32", [channels], offset)),
    convolution.params,
  );
}

// What a float graph consists of, as quantising sees it: layers with weights, and what lies between them.
import type { NodeProto } from "../onnx/index.ts";
import { countUses, type FloatGraph } from "./simplify.ts";

/** How an operation is computed where its operands are integers. */
export type OperationKind =
  /** With constant weights; may be left in float. */
  | "layer"
  /** From integers to integers of another scale. */
  | "integer"
  /** Integers are moved or chosen: the scale stays. */
  | "same"
  /** The same integers read with another scale, then clipped to [0, 1]. */
  | "hardSigmoid"
  /** Never in integers. */
  | "float";

/** One operation: a node, and the activation behind it that only it feeds. */
export interface Operation {
  readonly kind: OperationKind;
  /** Of its first node. */
  readonly name: string;
  readonly nodes: readonly NodeProto[];
  /** What it reads besides constants. */
  readonly inputs: readonly string[];
  /** What it gives, after the activation. */
  readonly output: string;
  /** What the activation clips to. */
  readonly bounds: readonly [number, number] | undefined;
  /** Of `hardSigmoid`: the factor and summand before clipping. */
  readonly affine?: readonly [number, number];
}

/** The operations in the order of the graph. */
export function operationsOf(graph: FloatGraph): Operation[] {
  const { nodes, constants, model } = graph;
  const results = new Set(model.graph!.output.map(({ name }) => name));
  const uses = countUses(nodes, results);
  const readers = new Map<string, NodeProto>(nodes.flatMap((node) => node.input.map((name) => [name, node])));
  const onlyReader = (name: string): NodeProto | undefined =>
    uses.get(name) === 1 && !results.has(name) ? readers.get(name) : undefined;
  const scalar = (name: string | undefined): number | undefined => {
    const tensor = name === undefined ? undefined : constants.get(name);
    return tensor?.data.length === 1 ? tensor.data[0] : undefined;
  };
  const boundsOf = (node: NodeProto): readonly [number, number] | undefined => {
    if (node.opType === "Relu") return [0, Number.POSITIVE_INFINITY];
    if (node.opType !== "Clip") return undefined;
    const [low, high] = [scalar(node.input[1]), scalar(node.input[2])];
    return low === undefined || high === undefined || low > 0 || high < 0 ? undefined : [low, high];
  };
  const initializers = new Set(model.graph!.initializer.map(({ name }) => name));
  const absorbed = new Set<NodeProto>();
  const operations: Operation[] = [];
  for (const node of nodes) {
    if (absorbed.has(node)) continue;
    const inputs = node.input.filter((name) => name !== "" && !initializers.has(name));
    const own = { name: node.name, nodes: [node], inputs, output: node.output[0]!, bounds: undefined };
    const sigmoid = hardSigmoidFrom(node, onlyReader, scalar);
    if (sigmoid !== undefined) {
      for (const part of sigmoid.nodes) absorbed.add(part);
      operations.push({ ...own, ...sigmoid, kind: "hardSigmoid", inputs: inputs.slice(0, 1) });
      continue;
    }
    const kind = kindOf(node, inputs, graph);
    const next = kind === "layer" || kind === "integer" ? onlyReader(own.output) : undefined;
    const bounds = next === undefined || node.opType === "MatMul" ? undefined : boundsOf(next);
    if (bounds === undefined) operations.push({ ...own, kind });
    else {
      absorbed.add(next!);
      operations.push({ ...own, kind, nodes: [node, next!], output: next!.output[0]!, bounds });
    }
  }
  return operations;
}

const INTEGER: readonly string[] = ["Add", "Mul", "Concat", "GlobalAveragePool", "AveragePool", "Sigmoid"];
const SAME: readonly string[] = ["MaxPool", "Flatten", "Reshape", "Transpose", "Slice", "Identity"];

function kindOf(node: NodeProto, inputs: readonly string[], { constants }: FloatGraph): OperationKind {
  const { opType, input } = node;
  const weight = constants.get(input[1] ?? "");
  const bias = input[2] === undefined || input[2] === "" || constants.has(input[2]);
  const isLayer =
    (opType === "Conv" && weight !== undefined && bias) ||
    (opType === "Gemm" && weight !== undefined && bias && plainProduct(node)) ||
    (opType === "MatMul" && weight?.shape.length === 2);
  if (isLayer && inputs.length === 1) return "layer";
  if (INTEGER.includes(opType) && inputs.length === input.length) return "integer";
  return SAME.includes(opType) && inputs.length === 1 ? "same" : "float";
}

/** Whether only the second operand may be transposed, and nothing is scaled. */
function plainProduct({ attribute }: NodeProto): boolean {
  return attribute.every(
    ({ name, i, f }) =>
      name === "transB" || (name === "transA" && i === 0n) || (name !== "transA" && f === 1),
  );
}

/** clip(x factor + summand, 0, 1), where nothing else reads what lies between. */
function hardSigmoidFrom(
  node: NodeProto,
  onlyReader: (name: string) => NodeProto | undefined,
  scalar: (name: string | undefined) => number | undefined,
): Pick<Operation, "nodes" | "output" | "affine"> | undefined {
  const operand = ({ input }: NodeProto): number | undefined =>
    input.map(scalar).find((v) => v !== undefined);
  const sum = node.opType === "Mul" ? onlyReader(node.output[0]!) : undefined;
  const clip = sum?.opType === "Add" ? onlyReader(sum.output[0]!) : undefined;
  if (sum === undefined || clip?.opType !== "Clip") return undefined;
  if (scalar(clip.input[1]) !== 0 || scalar(clip.input[2]) !== 1) return undefined;
  const [factor, summand] = [operand(node), operand(sum)];
  if (factor === undefined || summand === undefined || factor <= 0 || summand <= 0) return undefined;
  return { nodes: [node, sum, clip], output: clip.output[0]!, affine: [factor, summand] };
}

// A float model with fewer operations, before it is quantised: scalars and biases behind a layer become part of its weights.
import { float32, type HostTensor, sizeOf } from "../core/index.ts";
import { fromTensorProto, type ModelProto, type NodeProto, toTensorProto } from "../onnx/index.ts";

/** A model's graph with the values of its float32 constants at hand. */
export interface FloatGraph {
  readonly model: ModelProto;
  readonly nodes: readonly NodeProto[];
  readonly constants: ReadonlyMap<string, HostTensor<"float32">>;
}

/** Reads constants, folds `Mul` and `Add` by a scalar into the convolution before, and a vector's `Add` into `Gemm`. */
export function simplify(model: ModelProto): FloatGraph {
  const graph = model.graph!;
  const constants = new Map<string, HostTensor<"float32">>();
  for (const proto of graph.initializer) {
    const tensor = fromTensorProto(proto);
    if (tensor.dtype === "float32") constants.set(proto.name, tensor as HostTensor<"float32">);
  }
  const uses = countUses(graph.node, new Set(graph.output.map(({ name }) => name)));
  const nodes: NodeProto[] = [];
  /** Where the node that gives a value lies in `nodes`. */
  const places = new Map<string, number>();
  for (const node of graph.node) {
    const [constant, value] = [true, false].map((isConstant) =>
      node.input.find((name) => constants.has(name) === isConstant),
    );
    const place = value === undefined || uses.get(value) !== 1 ? undefined : places.get(value);
    const folded =
      place === undefined || constant === undefined || node.input.length !== 2
        ? undefined
        : fold(nodes[place]!, node, constants.get(constant)!, constants);
    if (folded === undefined) {
      places.set(node.output[0]!, nodes.length);
      nodes.push(node);
    } else {
      nodes[place!] = { ...folded, output: node.output };
      places.set(node.output[0]!, place!);
    }
  }
  const left = new Set(nodes.flatMap(({ input }) => input));
  const others = graph.initializer.filter(({ name }) => left.has(name) && !constants.has(name));
  const used = [...constants].filter(([name]) => left.has(name));
  const initializer = [...others, ...used.map(([name, tensor]) => toTensorProto(name, tensor))];
  return {
    model: { ...model, graph: { ...graph, node: nodes, initializer } },
    nodes,
    constants: new Map(used),
  };
}

/** How often each value is read; a result of the model once more. */
export function countUses(nodes: readonly NodeProto[], results: ReadonlySet<string>): Map<string, number> {
  const uses = new Map<string, number>([...results].map((name) => [name, 1]));
  for (const name of nodes.flatMap(({ input }) => input)) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}

/** `layer` with `node`, which takes its result and a constant, as part of it; undefined where that cannot be. */
function fold(
  layer: NodeProto,
  node: NodeProto,
  constant: HostTensor<"float32">,
  constants: Map<string, HostTensor<"float32">>,
): NodeProto | undefined {
  const [x, weight = "", bias = ""] = layer.input;
  const kernel = constants.get(weight);
  if (kernel === undefined || (bias !== "" && !constants.has(bias))) return undefined;
  const add = (name: string, tensor: HostTensor<"float32">): string => {
    constants.set(name, tensor);
    return name;
  };
  if (layer.opType === "Gemm" && node.opType === "Add" && bias === "" && constant.shape.length === 1)
    return { ...layer, input: [x!, weight, node.input.find((name) => constants.get(name) === constant)!] };
  if (layer.opType !== "Conv" || sizeOf(constant.shape) !== 1) return undefined;
  const value = constant.data[0]!;
  const channels = kernel.shape[0]!;
  const offsets = constants.get(bias)?.data ?? new Float32Array(channels);
  const stem = `${node.name}/${weight}`;
  if (node.opType === "Add") {
    const shifted = add(
      `${stem}/bias`,
      float32(
        [channels],
        offsets.map((offset) => offset + value),
      ),
    );
    return { ...layer, input: [x!, weight, shifted] };
  }
  if (node.opType !== "Mul") return undefined;
  const scaled = add(
    stem,
    float32(
      kernel.shape,
      kernel.data.map((tap) => tap * value),
    ),
  );
  const shifted = add(
    `${stem}/bias`,
    float32(
      [channels],
      offsets.map((offset) => offset * value),
    ),
  );
  return { ...layer, input: [x!, scaled, shifted] };
}

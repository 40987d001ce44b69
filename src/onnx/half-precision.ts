// A model with weights and arithmetic in float16; what goes in and out stays float32.
import { float32ToFloat16, type HostTensor, hostTensor } from "../core/index.ts";
import { nodeProto } from "./graph-builder.ts";
import {
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  TensorProto_DataType as OnnxType,
  type TensorProto,
} from "./onnx.gen.ts";
import { fromTensorProto, toTensorProto } from "./tensor.ts";

/** The largest float16. */
const LARGEST = 65504;

/**
 * The model in float16: constants are rounded to the nearest (those beyond ±65504 to that), casts to float32 become
 * casts to float16, and one cast stands behind each float32 input and before each float32 output.
 */
export function toHalfPrecision(model: ModelProto): ModelProto {
  return { ...model, graph: halfGraph(model.graph!) };
}

function halfGraph(graph: GraphProto): GraphProto {
  const inputs = floatNames(graph.input);
  const outputs = floatNames(graph.output);
  const half = (name: string): string => (inputs.has(name) || outputs.has(name) ? `${name}/float16` : name);
  const nodes = graph.node.map((node) => ({
    ...node,
    input: node.input.map(half),
    output: node.output.map(half),
    attribute: node.attribute.map((attribute) => halfAttribute(node.opType, attribute)),
  }));
  const cast = (from: string, to: string, type: OnnxType): typeof graph.node => [
    nodeProto("Cast", [from], [to], { name: `${to}/Cast`, attributes: { to: type } }),
  ];
  return {
    ...graph,
    initializer: graph.initializer.map(halfTensor),
    node: [
      ...[...inputs].flatMap((name) => cast(name, half(name), OnnxType.FLOAT16)),
      ...nodes,
      ...[...outputs].flatMap((name) => cast(half(name), name, OnnxType.FLOAT)),
    ],
  };
}

function floatNames(values: GraphProto["input"]): Set<string> {
  const isFloat32 = ({ type }: GraphProto["input"][number]): boolean =>
    type?.value.case === "tensorType" && type.value.value.elemType === OnnxType.FLOAT;
  return new Set(values.filter(isFloat32).map(({ name }) => name));
}

function halfAttribute(opType: string, attribute: AttributeProto): AttributeProto {
  const { name, i, t } = attribute;
  if (opType === "Cast" && name === "to" && i === BigInt(OnnxType.FLOAT))
    return { ...attribute, i: BigInt(OnnxType.FLOAT16) };
  return t === undefined ? attribute : { ...attribute, t: halfTensor(t) };
}

function halfTensor(proto: TensorProto): TensorProto {
  if (proto.dataType !== OnnxType.FLOAT) return proto;
  const { shape, data } = fromTensorProto(proto) as HostTensor<"float32">;
  const within = data.map((value) => Math.min(LARGEST, Math.max(-LARGEST, value)));
  return toTensorProto(proto.name, hostTensor("float16", shape, float32ToFloat16(within)));
}

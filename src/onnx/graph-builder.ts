// A small typed builder for ONNX graphs: nodes, constants, inputs and outputs, each value known by its name.
import { create } from "@bufbuild/protobuf";
import { ClassifierTrainingError, type DType, type HostTensor } from "../core/index.ts";
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "./onnx.gen.ts";
import { onnxType, toTensorProto } from "./tensor.ts";

/** A node's attribute; a plain number is an integer, `{ float }` a floating-point number. */
export type OnnxAttribute =
  | number
  | readonly number[]
  | string
  | { readonly float: number }
  | { readonly tensor: HostTensor };

/** A dimension: its size, or the name of one that is free. */
export type OnnxDimension = number | string;

/** What a node may carry beside its type and inputs. */
export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, OnnxAttribute | undefined>>;
  /** The operator set the node's type belongs to; default: ONNX's own. */
  readonly domain?: string;
  /** Names of the outputs; default: one, named after the node. */
  readonly outputs?: readonly string[];
  /** Name of the node, and the stem of its output's. Default: its type. Made unique by a number. */
  readonly name?: string;
}

/** What an ONNX file says of itself besides its graph. */
export interface ModelOptions {
  /** Version of ONNX's own operator set. */
  readonly opset: number;
  /** Versions of other operator sets in use, by domain. */
  readonly domains?: Readonly<Record<string, number>>;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly description?: string;
  /** `metadata_props`, in this order. */
  readonly metadata?: Readonly<Record<string, string>>;
}

// The IR version that came with operator set 17: readers that know the set know it.
const IR_VERSION = 8n;

function attributeProto(name: string, value: OnnxAttribute): AttributeProto {
  const integer = (number: number): bigint => {
    if (Number.isSafeInteger(number)) return BigInt(number);
    throw new ClassifierTrainingError(
      "failure",
      "ONNX_ATTRIBUTE",
      `attribute ${name}: ${number} is no integer`,
    );
  };
  if (typeof value === "number")
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: integer(value) });
  if (typeof value === "string") {
    const s = new TextEncoder().encode(value);
    return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s });
  }
  if ("float" in value)
    return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: Math.fround(value.float) });
  if ("tensor" in value)
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.TENSOR,
      t: toTensorProto("", value.tensor),
    });
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(integer) });
}

/** A node with these outputs. */
export function nodeProto(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  { name = opType, domain = "", attributes = {} }: Omit<NodeOptions, "outputs"> = {},
): NodeProto {
  return create(NodeProtoSchema, {
    name,
    opType,
    domain,
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).flatMap(([key, value]) =>
      value === undefined ? [] : attributeProto(key, value),
    ),
  });
}

/** What a model says of an input or output. @param shape undefined: nothing */
export function valueInfo(
  name: string,
  dtype: DType,
  shape: readonly OnnxDimension[] | undefined,
): ValueInfoProto {
  const dim = shape?.map((size) => ({
    value:
      typeof size === "string"
        ? { case: "dimParam" as const, value: size }
        : { case: "dimValue" as const, value: BigInt(size) },
  }));
  return create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: "tensorType",
        value: { elemType: onnxType(dtype), ...(dim === undefined ? {} : { shape: { dim } }) },
      },
    },
  });
}

/** Collects the parts of one ONNX graph; values are referred to by name, "" is an input left out. */
export class GraphBuilder {
  readonly #inputs: ValueInfoProto[] = [];
  readonly #outputs: ValueInfoProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #nodes: NodeProto[] = [];
  /** Values that nodes define. */
  readonly #defined = new Set<string>();
  /** Values that are outputs under another name. */
  readonly #renamed = new Map<string, string>();
  /** Names taken, each with the number that was last appended to it. */
  readonly #names = new Map<string, number>();

  /** A name not taken yet: `stem`, or `stem_1`, `stem_2`... */
  uniqueName(stem: string): string {
    let number = this.#names.get(stem);
    let name = stem;
    if (number !== undefined) {
      do name = `${stem}_${++number}`;
      while (this.#names.has(name));
      this.#names.set(stem, number);
    }
    this.#names.set(name, 0);
    return name;
  }

  /** Declares an input of the graph and returns its name. */
  input(name: string, dtype: DType, shape: readonly OnnxDimension[]): string {
    const unique = this.uniqueName(name);
    this.#inputs.push(valueInfo(unique, dtype, shape));
    return unique;
  }

  /** Adds a constant tensor (an initializer) and returns its name. */
  constant(name: string, tensor: HostTensor): string {
    const unique = this.uniqueName(name);
    this.#initializers.push(toTensorProto(unique, tensor));
    return unique;
  }

  /** Adds a node and returns the names of its outputs. */
  nodeOutputs(opType: string, inputs: readonly string[], options: NodeOptions = {}): string[] {
    const name = this.uniqueName(options.name ?? opType);
    const outputs = options.outputs?.map((output) => (output === "" ? "" : this.uniqueName(output))) ?? [
      name,
    ];
    for (const output of outputs) this.#defined.add(output);
    this.#nodes.push(nodeProto(opType, inputs, outputs, { ...options, name }));
    return outputs;
  }

  /** Adds a node with one output and returns that output's name. */
  node(opType: string, inputs: readonly string[], options: NodeOptions = {}): string {
    return this.nodeOutputs(opType, inputs, options)[0]!;
  }

  /**
   * Declares `value` an output of the graph under `name` (made unique), which it returns. The value itself is
   * renamed where a node defines it and it is no output yet, else it is copied.
   */
  output(value: string, name: string, dtype: DType, shape: readonly OnnxDimension[]): string {
    const renamed = this.#defined.has(value) && !this.#renamed.has(value);
    const final = renamed ? this.uniqueName(name) : this.node("Identity", [value], { name });
    if (renamed) this.#renamed.set(value, final);
    this.#outputs.push(valueInfo(final, dtype, shape));
    return final;
  }

  /** The model that holds the graph. */
  build(graphName: string, options: ModelOptions): ModelProto {
    const finalName = (name: string): string => this.#renamed.get(name) ?? name;
    for (const node of this.#nodes) {
      node.input = node.input.map(finalName);
      node.output = node.output.map(finalName);
    }
    const domains = Object.entries({ "": options.opset, ...options.domains });
    return create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      opsetImport: domains.map(([domain, version]) =>
        create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
      ),
      producerName: options.producerName,
      producerVersion: options.producerVersion,
      docString: options.description ?? "",
      metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) =>
        create(StringStringEntryProtoSchema, { key, value }),
      ),
      graph: create(GraphProtoSchema, {
        name: graphName,
        input: this.#inputs,
        output: this.#outputs,
        initializer: this.#initializers,
        node: this.#nodes,
      }),
    });
  }
}

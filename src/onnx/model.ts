// ONNX models as bytes, and what a reader asks of them: inputs, outputs, metadata.
import { create, equals, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ClassifierTrainingError, type DType } from "../core/index.ts";
import type { OnnxDimension } from "./graph-builder.ts";
import {
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  type ValueInfoProto,
} from "./onnx.gen.ts";
import { dtypeOf } from "./tensor.ts";

/** The bytes of `model`, as an `.onnx` file holds them. */
export function encodeModel(model: ModelProto): Uint8Array {
  return toBinary(ModelProtoSchema, model);
}

/**
 * The model in `bytes`; its tensors are views of them.
 * @param where the file's name, for the error
 * @throws ClassifierTrainingError `ONNX_FORMAT` when the bytes are no ONNX model.
 */
export function decodeModel(bytes: Uint8Array, where?: string): ModelProto {
  let model: ModelProto | undefined;
  let cause: unknown;
  try {
    model = fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (error) {
    cause = error;
  }
  if (model?.graph === undefined || model.irVersion === 0n) {
    throw new ClassifierTrainingError("data", "ONNX_FORMAT", "not an ONNX model", { where, cause });
  }
  return model;
}

/** A model's input or output: its name, element type and dimensions (a free one by its name, or "?"). */
export interface OnnxValueInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly OnnxDimension[];
}

function describeValue(info: ValueInfoProto): OnnxValueInfo {
  const type = info.type?.value;
  if (type?.case !== "tensorType") {
    throw new ClassifierTrainingError("data", "ONNX_VALUE", `the ONNX value "${info.name}" is no tensor`);
  }
  const shape = (type.value.shape?.dim ?? []).map(({ value }) =>
    value.case === "dimValue" ? Number(value.value) : value.case === "dimParam" ? value.value : "?",
  );
  return { name: info.name, dtype: dtypeOf(type.value.elemType), shape };
}

/** What the model takes; initializers that are also listed as inputs are left out. */
export function modelInputs(model: ModelProto): OnnxValueInfo[] {
  const initializers = new Set(model.graph?.initializer.map(({ name }) => name));
  return (model.graph?.input ?? []).filter(({ name }) => !initializers.has(name)).map(describeValue);
}

/** What the model gives. */
export function modelOutputs(model: ModelProto): OnnxValueInfo[] {
  return (model.graph?.output ?? []).map(describeValue);
}

/** The model's `metadata_props`. */
export function modelMetadata(model: ModelProto): Map<string, string> {
  return new Map(model.metadataProps.map(({ key, value }) => [key, value]));
}

/** The bytes of a model with an entry of its `metadata_props` set; all else is as it was. */
export function withMetadata(bytes: Uint8Array, key: string, value: string): Uint8Array {
  return encodeModel(withEntry(decodeModel(bytes), key, value));
}

/** The model with an entry of its `metadata_props` set. */
export function withEntry(model: ModelProto, key: string, value: string): ModelProto {
  const others = model.metadataProps.filter((entry) => entry.key !== key);
  const entry = create(StringStringEntryProtoSchema, { key, value });
  return { ...model, metadataProps: [...others, entry] };
}

/** The bytes of a model whose first input has another name. */
export function renameInput(bytes: Uint8Array, name: string): Uint8Array {
  const model = decodeModel(bytes);
  const { graph } = model;
  const input = graph?.input[0];
  if (graph === undefined || input === undefined) return bytes;
  for (const node of graph.node) node.input = node.input.map((each) => (each === input.name ? name : each));
  input.name = name;
  return encodeModel(model);
}

/** Whether two nodes are the same: type, names and attributes. */
export function sameNode(a: NodeProto, b: NodeProto): boolean {
  return equals(NodeProtoSchema, a, b);
}

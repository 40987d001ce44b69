import { describe, expect, test } from "vitest";
import { float32, type HostTensor, hostTensor } from "../core/index.ts";
import {
  decodeModel,
  encodeModel,
  fromTensorProto,
  GraphBuilder,
  modelInputs,
  modelMetadata,
  modelOutputs,
  toTensorProto,
} from "./index.ts";
import { TensorProto_DataType } from "./onnx.gen.ts";

const OPTIONS = { opset: 17, producerName: "test", producerVersion: "1" };

function sample(): GraphBuilder {
  const graph = new GraphBuilder();
  const x = graph.input("x", "float32", ["batch_size", 3]);
  const w = graph.constant("w", float32([2, 3], [1, 2, 3, 4, 5, 6]));
  const y = graph.node("Gemm", [x, w], { attributes: { transB: 1, alpha: { float: 0.5 } } });
  graph.output(y, "logits", "float32", ["batch_size", 2]);
  return graph;
}

describe("a model", () => {
  test("survives being written and read", () => {
    const metadata = { names: '["ä", "b"]', empty: "" };
    const bytes = encodeModel(sample().build("net", { ...OPTIONS, metadata }));
    const model = decodeModel(bytes);
    expect(modelInputs(model)).toEqual([{ name: "x", dtype: "float32", shape: ["batch_size", 3] }]);
    expect(modelOutputs(model)).toEqual([{ name: "logits", dtype: "float32", shape: ["batch_size", 2] }]);
    expect(Object.fromEntries(modelMetadata(model))).toEqual(metadata);
    expect(model.irVersion).toBe(8n);
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([["", 17n]]);
    const [node] = model.graph!.node;
    expect(node!.attribute.map(({ name, i, f }) => [name, i, f])).toEqual([
      ["transB", 1n, 0],
      ["alpha", 0n, 0.5],
    ]);
    expect(fromTensorProto(model.graph!.initializer[0]!)).toEqual(float32([2, 3], [1, 2, 3, 4, 5, 6]));
  });

  test("lists initializers that are also inputs as initializers only", () => {
    const model = sample().build("net", OPTIONS);
    model.graph!.input.push({ ...model.graph!.input[0]!, name: "w" });
    expect(modelInputs(model).map(({ name }) => name)).toEqual(["x"]);
  });

  test.each([
    { name: "text", bytes: new TextEncoder().encode("not a model at all") },
    { name: "nothing", bytes: new Uint8Array() },
    { name: "a cut file", bytes: encodeModel(sample().build("net", OPTIONS)).subarray(0, 40) },
  ])("is refused where the file holds $name", ({ bytes }) => {
    expect(() => decodeModel(bytes, "model.onnx")).toThrow(
      expect.objectContaining({ code: "ONNX_FORMAT", kind: "data", where: "model.onnx" }),
    );
  });
});

describe("a graph under construction", () => {
  test("keeps names apart and renames its outputs", () => {
    const graph = new GraphBuilder();
    const x = graph.input("x", "float32", [1]);
    const first = graph.node("Relu", [x]);
    const second = graph.node("Relu", [first]);
    expect([first, second]).toEqual(["Relu", "Relu_1"]);
    expect(graph.output(first, "a", "float32", [1])).toBe("a");
    // An output a second time, and an input as an output, are copies.
    expect(graph.output(first, "again", "float32", [1])).toBe("again");
    expect(graph.output(x, "same", "float32", [1])).toBe("same");
    const { node, output } = graph.build("g", OPTIONS).graph!;
    expect(output.map(({ name }) => name)).toEqual(["a", "again", "same"]);
    expect(node.map(({ opType, input, output: results }) => [opType, input[0], results[0]])).toEqual([
      ["Relu", "x", "a"],
      ["Relu", "a", "Relu_1"],
      ["Identity", "a", "again"],
      ["Identity", "x", "same"],
    ]);
  });

  test("refuses a fractional integer attribute", () => {
    const graph = new GraphBuilder();
    expect(() => graph.node("Pad", [], { attributes: { axis: 0.5 } })).toThrow(/axis.*0\.5/);
  });
});

describe("tensors", () => {
  const tensors: readonly HostTensor[] = [
    float32([2], [1.5, -0]),
    hostTensor("float64", [1], Float64Array.of(Math.PI)),
    hostTensor("int64", [], BigInt64Array.of(-(2n ** 62n))),
    hostTensor("int32", [2, 1], Int32Array.of(1, -2)),
    hostTensor("uint8", [3], Uint8Array.of(0, 128, 255)),
    hostTensor("bool", [2], Uint8Array.of(1, 0)),
    hostTensor("bfloat16", [1], Uint16Array.of(0x3f80)),
    float32([0, 4], []),
  ];
  test.each(tensors.map((tensor) => ({ tensor, name: tensor.dtype })))("of $name come back", ({ tensor }) => {
    expect(fromTensorProto(toTensorProto("t", tensor))).toEqual(tensor);
  });

  test("are read from the typed fields that other writers use", () => {
    const proto = toTensorProto("t", float32([2], [0, 0]));
    expect(fromTensorProto({ ...proto, rawData: new Uint8Array(), floatData: [3, 4] })).toEqual(
      float32([2], [3, 4]),
    );
    expect(
      fromTensorProto({
        ...proto,
        dataType: TensorProto_DataType.INT64,
        rawData: new Uint8Array(),
        int64Data: [3n, 4n],
      }),
    ).toEqual(hostTensor("int64", [2], BigInt64Array.of(3n, 4n)));
  });

  test("are read from bytes that are not aligned", () => {
    const proto = toTensorProto("t", float32([2], [1, 2]));
    const shifted = new Uint8Array(proto.rawData.length + 1);
    shifted.set(proto.rawData, 1);
    expect(fromTensorProto({ ...proto, rawData: shifted.subarray(1) })).toEqual(float32([2], [1, 2]));
  });

  test("that are incomplete or of a strange type are refused", () => {
    const proto = toTensorProto("t", float32([2], [1, 2]));
    expect(() => fromTensorProto({ ...proto, rawData: proto.rawData.subarray(4) })).toThrow(
      expect.objectContaining({ code: "ONNX_TENSOR" }),
    );
    expect(() => fromTensorProto({ ...proto, dataType: TensorProto_DataType.STRING })).toThrow(/STRING/);
  });
});

import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { float32 } from "../core/index.ts";
import { encodeModel, fromTensorProto, GraphBuilder, toHalfPrecision } from "./index.ts";
import { TensorProto_DataType } from "./onnx.gen.ts";

test("weights and arithmetic are in float16, inputs and outputs in float32", async () => {
  const graph = new GraphBuilder();
  const x = graph.input("x", "float32", ["n", 2]);
  const flag = graph.input("flag", "bool", ["n", 2]);
  const weight = graph.constant("w", float32([2, 2], [0.1, 1e6, -1e-9, 2]));
  const product = graph.node("MatMul", [x, weight]);
  const number = graph.node("Cast", [flag], { attributes: { to: TensorProto_DataType.FLOAT } });
  graph.output(graph.node("Add", [product, number]), "y", "float32", ["n", 2]);
  const model = graph.build("half", { opset: 17, producerName: "test", producerVersion: "1" });

  const half = toHalfPrecision(model);
  const [tensor] = half.graph!.initializer;
  expect(fromTensorProto(tensor!)).toMatchObject({ dtype: "float16", shape: [2, 2] });
  // 0.1 rounded, the largest float16, 0, 2
  expect([...fromTensorProto(tensor!).data].map(Number)).toEqual([0x2e66, 0x7bff, 0x8000, 0x4000]);
  expect(half.graph!.node.map(({ opType }) => opType)).toEqual(["Cast", "MatMul", "Cast", "Add", "Cast"]);
  expect(model.graph!.node).toHaveLength(3);

  const session = await InferenceSession.create(encodeModel(half), { logSeverityLevel: 3 });
  const { y } = await session.run({
    x: new Tensor("float32", [1, 0.5], [1, 2]),
    flag: new Tensor("bool", [true, false], [1, 2]),
  });
  expect(y!.type).toBe("float32");
  expect((y!.data as Float32Array)[0]).toBeCloseTo(1.1, 2);
  await session.release();
});

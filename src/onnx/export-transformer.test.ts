import { expect, test } from "vitest";
import { fill } from "../../test/golden/formula.ts";
import {
  add,
  BATCH,
  bernoulli,
  clip,
  constant,
  createProgram,
  Graph,
  gelu,
  input,
  layerNorm,
  matmul,
  mul,
  silu,
  softmax,
  type Value,
} from "../graph/index.ts";
import { exportProgram, type ModelProto } from "./index.ts";

const OPTIONS = { batchAxis: "batch_size", producerName: "test", producerVersion: "1", weights: new Map() };
const [TOKENS, WIDTH] = [5, 8];

function tokens(graph: Graph): Value {
  return input(graph, "x", "float32", [BATCH, TOKENS, WIDTH]);
}

function exported(y: Value): ModelProto {
  return exportProgram(createProgram({ name: "net", outputs: { y } }), OPTIONS);
}

test("normalisation, attention and GELU are operators of ONNX's own set", () => {
  const graph = new Graph();
  const x = tokens(graph);
  const scale = constant(graph, fill("scale", [WIDTH], 0.5, 2));
  const normalized = layerNorm(x, scale, scale, 1e-6);
  const attention = matmul(softmax(matmul(normalized, normalized, false, true)), normalized);
  const { graph: model, opsetImport } = exported(clip(gelu(add(x, attention)), -1, 1));
  expect(opsetImport.map(({ domain }) => domain)).toEqual([""]);
  expect(model!.node.map(({ domain }) => domain)).not.toContain("com.microsoft");
  expect(model!.node.map(({ opType }) => opType)).toEqual([
    "LayerNormalization",
    "Transpose",
    "MatMul",
    "Softmax",
    "MatMul",
    "Add",
    "Div",
    "Erf",
    "Add",
    "Mul",
    "Mul",
    "Clip",
  ]);
  expect(model!.node[0]!.output, "statistics that nothing reads").toHaveLength(1);
});

test("SiLU is a sigmoid and a product", () => {
  const { graph: model } = exported(silu(tokens(new Graph())));
  expect(model!.node.map(({ opType }) => opType)).toEqual(["Sigmoid", "Mul"]);
});

test("a tensor that several constants hold is stored once", () => {
  const graph = new Graph();
  const table = fill("table", [TOKENS, WIDTH], -1, 1);
  const twice = mul(add(tokens(graph), constant(graph, table)), constant(graph, table));
  const tables = exported(twice).graph!.initializer.filter(({ dims }) => dims.length === 2);
  expect(tables).toHaveLength(1);
});

test("random numbers are refused, with the place that draws them", () => {
  const graph = new Graph();
  const x = tokens(graph);
  const key = input(graph, "key", "int32", [4]);
  const dropped = graph.within("encoder.dropout", () => mul(x, bernoulli(key, [1, TOKENS, WIDTH], 0.5, 0)));
  expect(() => exportProgram(createProgram({ name: "net", outputs: { y: dropped } }), OPTIONS)).toThrow(
    expect.objectContaining({ code: "EXPORT_RANDOM", where: "encoder.dropout" }),
  );
});

import { describe, expect, test } from "vitest";
import { float32, type HostTensor, RandomStream, type Shape, sizeOf } from "../core/index.ts";
import {
  add,
  BATCH,
  batchNormInference,
  conv2d,
  createProgram,
  flatten,
  Graph,
  globalAvgPool2d,
  input,
  matmul,
  maxPool2d,
  type Program,
  readVariable,
  reduceSum,
  relu,
  sizeOfAxis,
  storageOf,
  type Value,
} from "../graph/index.ts";
import { exportProgram, fromTensorProto, type ModelProto, modelInputs, modelOutputs } from "./index.ts";

const OPTIONS = { batchAxis: "batch_size", producerName: "test", producerVersion: "1" };

/** Values of variables, drawn when they are first asked for. */
class Weights extends Map<string, HostTensor> {
  readonly #random = new RandomStream(1, "export");

  read(graph: Graph, name: string, shape: Shape): Value {
    const positive = name.endsWith("var");
    const values = Array.from({ length: sizeOf(shape) }, () => this.#random.uniform(positive ? 0.5 : -1, 1));
    if (!this.has(name)) this.set(name, float32(shape, values));
    return readVariable(graph, storageOf(name, [{ name, dtype: "float32", shape }]).members[0]!);
  }

  normalized(x: Value, path: string): Value {
    const vectors = ["weight", "bias", "running_mean", "running_var"].map((name) =>
      this.read(x.node.graph, `${path}.${name}`, [sizeOfAxis(x, 1)]),
    ) as [Value, Value, Value, Value];
    return batchNormInference(x, ...vectors, 1e-5);
  }
}

/** A small residual network. */
function network(weights: Weights): Program {
  const graph = new Graph();
  const x = input(graph, "input", "float32", [BATCH, 3, 12, 12]);
  const conv1 = conv2d(x, weights.read(graph, "conv1.weight", [8, 3, 3, 3]), undefined, { padding: [1, 1] });
  const stem = relu(weights.normalized(conv1, "bn1"));
  const pooled = maxPool2d(stem, { kernel: [3, 3], stride: [2, 2], padding: [1, 1] });
  const conv2 = conv2d(
    pooled,
    weights.read(graph, "conv2.weight", [8, 8, 3, 3]),
    weights.read(graph, "conv2.bias", [8]),
    { padding: [1, 1] },
  );
  const y = relu(add(weights.normalized(conv2, "bn2"), pooled));
  const features = flatten(globalAvgPool2d(y));
  const fc = matmul(features, weights.read(graph, "fc.weight", [5, 8]), false, true);
  return createProgram({
    name: "net",
    outputs: { logits: add(fc, weights.read(graph, "fc.bias", [5])) },
  });
}

function opTypes({ graph }: ModelProto): string[] {
  return graph!.node.map(({ opType }) => opType);
}

describe("an exported program", () => {
  test("has a free batch and nothing but the network's ops", () => {
    const weights = new Weights();
    const model = exportProgram(network(weights), { ...OPTIONS, weights });
    expect(modelInputs(model)).toEqual([
      { name: "input", dtype: "float32", shape: ["batch_size", 3, 12, 12] },
    ]);
    expect(modelOutputs(model)).toEqual([{ name: "logits", dtype: "float32", shape: ["batch_size", 5] }]);
    const expected = [
      "Conv",
      "Relu",
      "MaxPool",
      "Conv",
      "Add",
      "Relu",
      "GlobalAveragePool",
      "Flatten",
      "Gemm",
      "Add",
    ];
    expect(opTypes(model)).toEqual(expected);
    expect(model.opsetImport.map(({ version }) => version)).toEqual([17n]);
  });

  test("holds folded weights under their own names", () => {
    const weights = new Weights();
    const model = exportProgram(network(weights), { ...OPTIONS, weights });
    const exported = new Map(model.graph!.initializer.map((proto) => [proto.name, fromTensorProto(proto)]));
    expect([...exported.keys()].sort()).toEqual([
      "conv1.bias",
      "conv1.weight",
      "conv2.bias",
      "conv2.weight",
      "fc.bias",
      "fc.weight",
    ]);
    const value = (name: string, i: number): number => Number(weights.get(name)!.data[i]);
    const scale = value("bn2.weight", 3) / Math.sqrt(value("bn2.running_var", 3) + 1e-5);
    const bias = scale * (value("conv2.bias", 3) - value("bn2.running_mean", 3)) + value("bn2.bias", 3);
    expect(exported.get("conv2.bias")!.data[3]).toBeCloseTo(bias, 6);
    const tap = 3 * 72 + 11;
    expect(exported.get("conv2.weight")!.data[tap]).toBeCloseTo(scale * value("conv2.weight", tap), 6);
  });

  test("keeps a batch norm that it cannot fold", () => {
    const weights = new Weights();
    const graph = new Graph();
    const x = input(graph, "input", "float32", [BATCH, 3, 4, 4]);
    const y = conv2d(x, weights.read(graph, "w", [3, 3, 1, 1]));
    const outputs = { both: add(weights.normalized(y, "after"), y), first: weights.normalized(x, "before") };
    const model = exportProgram(createProgram({ name: "p", outputs }), { ...OPTIONS, weights });
    expect(opTypes(model).sort()).toEqual(["Add", "BatchNormalization", "BatchNormalization", "Conv"]);
  });

  test("says which output loses the batch and which weight is missing", () => {
    const graph = new Graph();
    const x = input(graph, "input", "float32", [BATCH, 3]);
    const total = createProgram({ name: "p", outputs: { total: reduceSum(x) } });
    expect(() => exportProgram(total, { ...OPTIONS, weights: new Map() })).toThrow(
      expect.objectContaining({ code: "EXPORT_BATCH", message: expect.stringContaining("total") }),
    );
    expect(() => exportProgram(network(new Weights()), { ...OPTIONS, weights: new Map() })).toThrow(
      expect.objectContaining({ code: "EXPORT_WEIGHT", message: expect.stringContaining("conv1.weight") }),
    );
  });
});

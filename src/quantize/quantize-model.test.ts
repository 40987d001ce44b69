import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { beforeAll, describe, expect, test } from "vitest";
import { evaluateOnnx } from "../../test/support/onnx-evaluator.ts";
import { float32, type HostTensor, hostTensor, RandomStream, type Shape, sizeOf } from "../core/index.ts";
import {
  add,
  BATCH,
  conv2d,
  createProgram,
  flatten,
  Graph,
  globalAvgPool2d,
  hardSigmoid,
  hardSwish,
  input,
  matmul,
  maxPool2d,
  mul,
  readVariable,
  relu,
  relu6,
  storageOf,
  type Value,
} from "../graph/index.ts";
import { decodeModel, encodeModel, exportProgram, type ModelProto } from "../onnx/index.ts";
import { type Quantization, type QuantizedModel, quantizeModel } from "./index.ts";
import { operationsOf } from "./operations.ts";
import { simplify } from "./simplify.ts";

const SIZE = 16;

/** Residual block, depthwise convolution, squeeze and excitation, hard swish, two products. */
function network(): ModelProto {
  const random = new RandomStream(7, "weights");
  const weights = new Map<string, HostTensor>();
  const graph = new Graph();
  const read = (name: string, shape: Shape, deviation = 1): Value => {
    const values = Array.from({ length: sizeOf(shape) }, () => random.normal() * deviation);
    weights.set(name, float32(shape, values));
    return readVariable(graph, storageOf(name, [{ name, dtype: "float32", shape }]).members[0]!);
  };
  const layer = (
    x: Value,
    name: string,
    shape: readonly [number, number, number],
    groups = 1,
    stride = 1,
  ): Value => {
    const [filters, depth, kernel] = shape;
    const weight = read(
      `${name}.weight`,
      [filters, depth, kernel, kernel],
      1.4 / Math.sqrt(depth * kernel ** 2),
    );
    const pad = kernel >> 1;
    const bias = read(`${name}.bias`, [filters], 0.3);
    return conv2d(x, weight, bias, { padding: [pad, pad], stride: [stride, stride], groups });
  };
  const x = input(graph, "input", "float32", [BATCH, 3, SIZE, SIZE]);
  const stem = hardSwish(layer(x, "stem", [8, 3, 3]));
  const pooled = maxPool2d(stem, { kernel: [2, 2] });
  const inner = relu(layer(pooled, "block.0", [8, 8, 3]));
  const block = relu(add(layer(inner, "block.1", [8, 8, 3]), pooled));
  const wide = relu6(layer(layer(block, "wide.0", [16, 8, 1]), "wide.1", [16, 1, 3], 16, 2));
  const squeezed = relu(layer(globalAvgPool2d(wide), "gate.0", [4, 16, 1]));
  const gated = mul(wide, hardSigmoid(layer(squeezed, "gate.1", [16, 4, 1])));
  const features = flatten(globalAvgPool2d(layer(gated, "last", [12, 16, 1])));
  const hidden = hardSwish(add(matmul(features, read("fc0", [10, 12]), false, true), read("b0", [10])));
  const logits = add(matmul(hidden, read("fc1", [5, 10]), false, true), read("b1", [5]));
  return exportProgram(createProgram({ name: "net", outputs: { logits } }), {
    weights,
    batchAxis: "batch_size",
    producerName: "test",
    producerVersion: "1",
  });
}

function pictures(count: number, seed: number): HostTensor<"float32"> {
  const random = new RandomStream(seed, "pictures");
  const shape = [count, 3, SIZE, SIZE];
  return hostTensor(
    "float32",
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
  );
}

async function logitsOf(
  model: ModelProto,
  batch: HostTensor<"float32">,
  options: InferenceSession.SessionOptions = {},
): Promise<number[]> {
  const session = await InferenceSession.create(encodeModel(model), { logSeverityLevel: 3, ...options });
  const { logits } = await session.run({ input: new Tensor("float32", batch.data, [...batch.shape]) });
  await session.release();
  return Array.from(logits!.data as Float32Array);
}

const largest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

/** The share of rows whose largest entry is where it should be. */
const accuracyOf =
  (labels: readonly number[]) =>
  (rows: readonly Float32Array[]): number =>
    rows.filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]).length / rows.length;

async function quantize(): Promise<Quantization> {
  const model = network();
  const batch = pictures(32, 2);
  const logits = await logitsOf(model, batch);
  const own = batch.shape[0]!;
  const best = Array.from({ length: own }, (_, row) => {
    const values = logits.slice(row * 5, row * 5 + 5);
    return values.indexOf(Math.max(...values));
  });
  return quantizeModel({
    model,
    calibration: [pictures(16, 3), pictures(16, 4)],
    probe: { batches: [batch], task: "multi_class", score: accuracyOf(best), threads: 1 },
    methods: ["minmax", "percentile", "entropy"],
  });
}

describe("a quantised network", () => {
  let quantization: Quantization;
  let nearest: QuantizedModel;
  beforeAll(async () => {
    quantization = await quantize();
    nearest = quantization.candidates[0]!;
  });

  test("is made by every method, the nearest to the float one first", () => {
    const { candidates, floatScore, layers } = quantization;
    expect(layers).toBe(10);
    expect(floatScore).toBe(1);
    expect(candidates.map(({ method }) => method).sort()).toEqual(["entropy", "minmax", "percentile"]);
    expect(nearest.divergence).toBe(Math.min(...candidates.map(({ divergence }) => divergence)));
    expect(nearest.divergence).toBeLessThan(0.02);
    expect(nearest.score).toBeGreaterThan(0.9);
    expect(candidates.map(({ floatLayers }) => floatLayers)).toEqual([[], [], []]);
  });

  test("is computed by onnxruntime in integers from the first layer to the last", async () => {
    const folder = await mkdtemp(join(tmpdir(), "classifier-training-int8-"));
    const path = join(folder, "optimized.onnx");
    await logitsOf(nearest.model, pictures(1, 5), { optimizedModelFilePath: path });
    const types = decodeModel(await readFile(path)).graph!.node.map(({ opType }) => opType);
    await rm(folder, { recursive: true });
    const count = (type: string): number => types.filter((one) => one === type).length;
    expect(count("QLinearConv")).toBe(8);
    expect(count("QGemm")).toBe(2);
    expect(count("QLinearAdd")).toBe(1);
    expect(count("QLinearMul")).toBe(3);
    expect(count("QLinearGlobalAveragePool")).toBe(2);
    expect(
      types.filter((type) => ["Conv", "Gemm", "MatMul", "Relu", "Clip", "Add", "Mul"].includes(type)),
    ).toEqual([]);
  });

  test("gives what its operators are defined to give, fused or not", async () => {
    const batch = pictures(3, 6);
    const { model } = nearest;
    const defined = [...evaluateOnnx(model, batch).data];
    const scale = Math.max(...defined.map(Math.abs));
    expect(
      largest(await logitsOf(model, batch, { graphOptimizationLevel: "disabled" }), defined),
    ).toBeLessThan(0.04 * scale);
    expect(largest(await logitsOf(model, batch), defined)).toBeLessThan(0.04 * scale);
  });

  test("has a quarter of the weights' bytes, and small files of names", () => {
    const [own, float] = [encodeModel(nearest.model), encodeModel(network())];
    expect(own.length).toBeLessThan(float.length * 1.1);
    const bytes = nearest.model.graph!.initializer.filter(({ name }) => name.endsWith("/q"));
    expect(bytes).toHaveLength(20);
    // Weights of 8 bits, biases of 32.
    for (const { rawData, dims } of bytes)
      expect(rawData.length).toBe(dims.reduce((a, b) => a * Number(b), dims.length === 1 ? 4 : 1));
  });

  test("its weights fit 7 bits but for the depthwise convolution's, and all of them with 8", () => {
    const largestOf = (name: string): number => {
      const { rawData } = nearest.model.graph!.initializer.find((one) => one.name.includes(name))!;
      return Math.max(...[...new Int8Array(rawData.slice().buffer)].map(Math.abs));
    };
    expect(largestOf("block.0.weight/q")).toBe(64);
    expect(largestOf("wide.1.weight/q")).toBe(127);
  });
});

test("with more layers in float it is nearer, no larger, and computed as it is defined", async () => {
  const { candidates, nearer } = await quantize();
  let [{ divergence, model }] = candidates as [QuantizedModel, ...QuantizedModel[]];
  const bytes = encodeModel(model).length;
  let layers = 0;
  for await (const next of nearer()) {
    expect(next.floatLayers.length).toBeGreaterThan(layers);
    expect(next.divergence).toBeLessThan(divergence);
    // A small network's names are a part of its file.
    expect(encodeModel(next.model).length).toBeLessThan(bytes * 1.05);
    [layers, divergence, model] = [next.floatLayers.length, next.divergence, next.model];
  }
  expect(layers).toBe(5);
  const folder = await mkdtemp(join(tmpdir(), "classifier-training-int8-"));
  const path = join(folder, "optimized.onnx");
  await logitsOf(model, pictures(1, 5), { optimizedModelFilePath: path });
  const types = decodeModel(await readFile(path)).graph!.node.map(({ opType }) => opType);
  await rm(folder, { recursive: true });
  const inIntegers = types.filter((type) => ["QLinearConv", "QGemm"].includes(type));
  expect(inIntegers).toHaveLength(5);
  // What casts and scales constants is done as the model is loaded.
  expect(types).not.toContain("Cast");
  const batch = pictures(2, 8);
  const defined = [...evaluateOnnx(model, batch).data];
  expect(largest(await logitsOf(model, batch), defined)).toBeLessThan(
    0.04 * Math.max(...defined.map(Math.abs)),
  );
});

test("scalars and biases behind layers become part of them, to the same results", async () => {
  const model = network();
  const simple = simplify(model);
  expect(simple.nodes.length).toBeLessThan(model.graph!.node.length);
  const batch = pictures(2, 9);
  expect(largest(await logitsOf(simple.model, batch), await logitsOf(model, batch))).toBeLessThan(1e-4);
  const kinds = operationsOf(simple).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === "hardSigmoid")).toHaveLength(2);
  expect(kinds).not.toContain("float");
});

test("a network without weights is refused in a line", async () => {
  const graph = new Graph();
  const logits = flatten(globalAvgPool2d(relu(input(graph, "input", "float32", [BATCH, 3, SIZE, SIZE]))));
  const model = exportProgram(createProgram({ name: "net", outputs: { logits } }), {
    weights: new Map(),
    batchAxis: "batch_size",
    producerName: "test",
    producerVersion: "1",
  });
  const run = quantizeModel({
    model,
    calibration: [pictures(1, 1)],
    probe: { batches: [pictures(1, 1)], task: "multi_class", score: accuracyOf([0]), threads: 1 },
    methods: ["minmax"],
  });
  await expect(run).rejects.toThrow(/^the network has no convolution and no matrix product with weights$/);
});

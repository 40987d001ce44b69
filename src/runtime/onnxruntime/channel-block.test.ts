// Convolutions with channels in blocks: only where the library has them, and then the same values.
import { expect, test } from "vitest";
import { float32, type HostTensor, RandomStream, sizeOf } from "../../core/index.ts";
import { asBound, type BoundProgram, conv2d, createProgram, Graph, input } from "../../graph/index.ts";
import { BLOCKED_DOMAIN, decodeModel } from "../../onnx/index.ts";
import { loadOnnxLibrary } from "../../platform/onnxruntime.ts";
import { channelBlock } from "./channel-block.ts";
import { type LoweredProgram, lowerProgram } from "./lower-program.ts";

const SHAPES = { x: [2, 64, 9, 9], dense: [64, 64, 3, 3], depthwise: [64, 1, 5, 5] };

function convolutions(): BoundProgram {
  const graph = new Graph();
  const read = (name: keyof typeof SHAPES) => input(graph, name, "float32", SHAPES[name]);
  const between = conv2d(read("x"), read("dense"), undefined, { padding: [1, 1] });
  const y = conv2d(between, read("depthwise"), undefined, { padding: [2, 2], groups: 64 });
  return asBound(createProgram({ name: "convolutions", outputs: { y } }));
}

function nodesInBlocks({ model }: LoweredProgram): number {
  return decodeModel(model).graph!.node.filter(({ domain }) => domain === BLOCKED_DOMAIN).length;
}

async function run({ model, outputs }: LoweredProgram): Promise<Float32Array> {
  const { InferenceSession, Tensor } = await loadOnnxLibrary();
  const random = new RandomStream(5, "blocks");
  const draw = (shape: readonly number[]): HostTensor<"float32"> =>
    float32(
      shape,
      Array.from({ length: sizeOf(shape) }, () => random.normal()),
    );
  const feeds = Object.entries(SHAPES).map(
    ([name, shape]) => [name, new Tensor("float32", draw(shape).data, shape)] as const,
  );
  const session = await InferenceSession.create(model, { logSeverityLevel: 3 });
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return results[outputs[0]!.name]!.data as Float32Array;
}

test("a library that has blocks computes the same in them", async ({ skip }) => {
  const block = await channelBlock(await loadOnnxLibrary());
  if (block === undefined) skip("onnxruntime has no blocks of channels on this processor");
  expect([8, 16]).toContain(block);
  const [plain, blocked] = [{}, { channelBlock: block }].map((options) =>
    lowerProgram(convolutions(), options),
  ) as [LoweredProgram, LoweredProgram];
  expect(nodesInBlocks(plain)).toBe(0);
  expect(nodesInBlocks(blocked)).toBeGreaterThanOrEqual(6);
  const [expected, actual] = await Promise.all([run(plain), run(blocked)]);
  const scale = Math.max(...expected.map(Math.abs));
  for (const [i, value] of expected.entries())
    expect(Math.abs(actual[i]! - value)).toBeLessThan(2e-6 * scale);
});

test("a library whose kernels are refused has none", async () => {
  const library = await loadOnnxLibrary();
  const refusing = { create: () => Promise.reject(new Error("no such operator set")) };
  const without = { ...library, InferenceSession: refusing as unknown as typeof library.InferenceSession };
  expect(await channelBlock(without)).toBeUndefined();
});

// Batch norm composed of simple nodes, as WebGPU needs it, run on the CPU against the oracle.
import { expect, test } from "vitest";
import { float32, type HostTensor, RandomStream, sizeOf, toNumbers } from "../../core/index.ts";
import { asBound, batchNormTraining, createProgram, Graph, input } from "../../graph/index.ts";
import { decodeModel } from "../../onnx/index.ts";
import { loadOnnxLibrary } from "../../platform/onnxruntime.ts";
import { referenceRuntime } from "../reference/index.ts";
import { lowerProgram } from "./lower-program.ts";

test.each([{ shape: [4, 3, 5, 6] }, { shape: [6, 7] }])(
  "training without the operator's training mode gives the oracle's values for $shape",
  async ({ shape }) => {
    const random = new RandomStream(3, "decomposed");
    const draw = (size: readonly number[]): HostTensor<"float32"> =>
      float32(
        size,
        Array.from({ length: sizeOf(size) }, () => random.normal(1, 2)),
      );
    const graph = new Graph();
    const operands = [shape, [shape[1]!], [shape[1]!]].map((size, i) => ({
      value: input(graph, `x${i}`, "float32", size),
      tensor: draw(size),
    }));
    const [x, weight, bias] = operands.map(({ value }) => value);
    const [y, mean, variance] = batchNormTraining(x!, weight!, bias!, 1e-5);
    const program = asBound(createProgram({ name: "norm", outputs: { y, mean, variance } }));

    const lowered = lowerProgram(program, { decomposeBatchNorm: true });
    const ops = decodeModel(lowered.model).graph!.node.map(({ opType }) => opType);
    expect(ops).not.toContain("BatchNormalization");
    const { InferenceSession, Tensor } = await loadOnnxLibrary();
    const session = await InferenceSession.create(lowered.model, { logSeverityLevel: 3 });
    const feeds = operands.map(
      ({ tensor }, i) => [`x${i}`, new Tensor("float32", tensor.data, [...tensor.shape])] as const,
    );
    const results = await session.run(Object.fromEntries(feeds));
    await session.release();

    const oracle = await referenceRuntime.open({ storages: [] });
    const inputs = Object.fromEntries(operands.map(({ tensor }, i) => [`x${i}`, tensor]));
    const expected = await (await oracle.compile(program)).run(inputs);
    for (const { name, source } of lowered.outputs) {
      const actual = results[name]!.data as Float32Array;
      for (const [i, wanted] of toNumbers(expected[source.key]!.data).entries()) {
        expect(Math.abs(actual[i]! - wanted), `${source.key} ${i}`).toBeLessThan(
          4e-6 * Math.max(1, Math.abs(wanted)),
        );
      }
    }
  },
);

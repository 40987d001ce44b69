// Networks against torchvision's golden data: layout, operations, and what they compute.
import { describe, expect, test } from "vitest";
import { sizeOf } from "../../src/core/index.ts";
import { countFlops, createProgram, Graph, input } from "../../src/graph/index.ts";
import { createNetwork, type NetworkName } from "../../src/models/index.ts";
import { type StateEntry, stateEntries, trace } from "../../src/nn/index.ts";
import { expectEvaluation, expectTraining, layOut, type Run } from "./network-runs.ts";
import { readGolden } from "./read-golden.ts";
import { findSubjects } from "./subjects.ts";

interface Model {
  readonly layout: {
    readonly arch: NetworkName;
    readonly num_classes: number;
    readonly keys: readonly [string, number[], string, "param" | "buffer"][];
    readonly parameters: number;
    readonly trainable_tensors: number;
    readonly buffers: number;
    readonly flops_224: number | null;
  };
  readonly runs: readonly Run[];
}

const SUBJECTS = await findSubjects();

/** Compares networks with their golden data. */
export function describeNetworks(names: readonly NetworkName[]): void {
  const models = names.map((name) => readGolden<Model>(`models/${name}.json`));
  describe.each(models)("$layout.arch", { timeout: 3_600_000 }, describeNetwork);
}

/** Whether any convolution may have Winograd's form: 3x3 over more than one channel. */
function hasTransforms(entries: readonly StateEntry[]): boolean {
  return entries.some(({ shape }) => shape.length === 4 && shape[1]! > 3 && shape[2] === 3 && shape[3] === 3);
}

function describeNetwork({ layout, runs }: Model): void {
  const network = createNetwork(layout.arch, { numClasses: layout.num_classes });
  const entries = stateEntries(network);

  test("has torchvision's state: names, shapes, dtypes, order and counts", () => {
    const keys = entries.map(({ name, shape, dtype, kind }) => [
      name,
      shape,
      dtype,
      kind === "parameter" ? "param" : "buffer",
    ]);
    expect(keys).toEqual(layout.keys);
    const trained = entries.filter(({ requiresGrad }) => requiresGrad);
    expect(trained.length).toBe(layout.trainable_tensors);
    expect(trained.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(layout.parameters);
    expect(entries.length - trained.length).toBe(layout.buffers);
  });

  test.skipIf(layout.flops_224 === null)("takes torch's count of operations for an image of 224x224", () => {
    const images = input(new Graph(), "images", "float32", [1, 3, 224, 224]);
    const { variable } = layOut(network);
    const { output } = trace(network, images, { training: false, variable });
    expect(countFlops(createProgram({ name: "forward", outputs: { output } }))).toBe(layout.flops_224);
  });

  describe.each(runs)("run $prefix", (run) => {
    describe.each(SUBJECTS.filter(({ takes }) => takes(layout.arch, hasTransforms(entries))))(
      "on $name, $algorithm",
      ({ runtime, available, algorithm }) => {
        test.skipIf(!available)("evaluates", () => expectEvaluation(runtime, algorithm, layout.arch, run));
        test.skipIf(!available)("trains: logits, loss, gradients, running statistics", () =>
          expectTraining(runtime, algorithm, layout.arch, run),
        );
      },
    );
  });
}

// Convolutions in Winograd's form of our own against the oracle, in all directions, on maps of all kinds.
import { describe, expect, test } from "vitest";
import { gradients } from "../../../autodiff/index.ts";
import { type HostTensor, hostTensor, RandomStream, type Shape, sizeOf } from "../../../core/index.ts";
import { conv2d, createProgram, Graph, input, mul, reduceSum, type Value } from "../../../graph/index.ts";
import type { Runtime, SessionOptions } from "../../contract.ts";
import { referenceRuntime } from "../../reference/index.ts";
import { type OnednnExecutable, onednnRuntime } from "../index.ts";

const { available, detail } = await onednnRuntime.probe();
if (!available) console.log(`runtime onednn is skipped: ${detail}`);

interface Layer {
  readonly images: number;
  readonly channels: readonly [inputs: number, outputs: number];
  readonly size: readonly [height: number, width: number];
  readonly padding: readonly [number, number];
}

const LAYERS: readonly Layer[] = [
  { images: 2, channels: [64, 64], size: [16, 16], padding: [1, 1] },
  { images: 1, channels: [16, 48], size: [7, 13], padding: [0, 2] },
  { images: 3, channels: [32, 16], size: [2, 5], padding: [1, 1] },
  // Channels that fill no block: they lie last.
  { images: 2, channels: [12, 20], size: [9, 6], padding: [1, 0] },
  { images: 5, channels: [64, 128], size: [7, 7], padding: [1, 1] },
];

function normal(purpose: string, shape: Shape): HostTensor {
  const random = new RandomStream(3, purpose);
  return hostTensor(
    "float32",
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
  );
}

/** Result and both gradients, and what computed them. */
async function compute(runtime: Runtime, layer: Layer, options: Partial<SessionOptions> = {}) {
  const { images, channels, size, padding } = layer;
  const graph = new Graph();
  const x = input(graph, "x", "float32", [images, channels[0], ...size]);
  const w = input(graph, "w", "float32", [channels[1], channels[0], 3, 3]);
  const y = conv2d(x, w, undefined, { padding });
  const upstream = input(graph, "dy", "float32", y.shape as Shape);
  const [dx, dw] = gradients(reduceSum(mul(y, upstream)), [x, w]) as [Value, Value];
  const program = createProgram({ name: "layer", outputs: { y, dx, dw } });
  const inputs = Object.fromEntries(
    [x, w, upstream].map(({ shape }, i) => [["x", "w", "dy"][i]!, normal(`${i}`, shape as Shape)]),
  );
  const session = await runtime.open({ storages: [], ...options });
  const executable = await session.compile(program);
  const outputs = await executable.run(inputs);
  const steps = runtime === onednnRuntime ? await (executable as OnednnExecutable).profile(inputs) : [];
  await session.dispose();
  return { outputs, implementations: steps.flatMap(({ implementation }) => implementation ?? []) };
}

/** |ours - exact| / |exact|, in the L2 norm. */
function distance(ours: HostTensor, exact: HostTensor): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < exact.data.length; i++) {
    difference += (Number(ours.data[i]) - Number(exact.data[i])) ** 2;
    size += Number(exact.data[i]) ** 2;
  }
  return Math.sqrt(difference / size);
}

describe.skipIf(!available)("winograd_wasm", () => {
  test.each(LAYERS)("$channels channels at $size, padding $padding", async (layer) => {
    const exact = await compute(referenceRuntime, layer);
    const ours = await compute(onednnRuntime, layer, { convolutionAlgorithm: "winograd_wasm", threads: 3 });
    expect(ours.implementations.filter((name) => name === "winograd_wasm")).toHaveLength(3);
    for (const name of ["y", "dx", "dw"]) {
      const error = distance(ours.outputs[name]!, exact.outputs[name]!);
      expect(error, name).toBeGreaterThan(0);
      expect(error, name).toBeLessThan(2e-6);
    }
  });

  test("the same bits at every run with as many threads", async () => {
    const options = { convolutionAlgorithm: "winograd_wasm", threads: 2 } as const;
    const [first, second] = [
      await compute(onednnRuntime, LAYERS[0]!, options),
      await compute(onednnRuntime, LAYERS[0]!, options),
    ];
    expect(second.outputs).toEqual(first.outputs);
  });

  test("one thread needs no helpers", async () => {
    const options = { convolutionAlgorithm: "winograd_wasm", threads: 1 } as const;
    const { outputs } = await compute(onednnRuntime, LAYERS[4]!, options);
    const exact = await compute(referenceRuntime, LAYERS[4]!);
    expect(distance(outputs.dw!, exact.outputs.dw!)).toBeLessThan(2e-6);
  });
});

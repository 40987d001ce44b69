// Values of the forward pass that are made again: late, as the library orders nodes, and to the oracle's gradients.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { numbers } from "../../../test/conformance/case.ts";
import { gradients } from "../../autodiff/index.ts";
import type { HostTensor } from "../../core/index.ts";
import {
  asBound,
  type BoundProgram,
  batchNormTraining,
  conv2d,
  createProgram,
  Graph,
  input,
  mul,
  reduceSum,
  relu,
  type Storage,
  silu,
  storageOf,
  type Value,
} from "../../graph/index.ts";
import { loadOnnxLibrary } from "../../platform/onnxruntime.ts";
import type { Runtime } from "../contract.ts";
import { withRecomputation } from "../planning/index.ts";
import { referenceRuntime } from "../reference/index.ts";
import { REMAKING } from "./compiled-program.ts";
import { onnxRuntime } from "./index.ts";
import { lowerProgram } from "./lower-program.ts";

const [CHANNELS, SIZE, IMAGES] = [32, 24, 4];
const SHAPES: Readonly<Record<string, readonly number[]>> = {
  x: [IMAGES, CHANNELS, SIZE, SIZE],
  first: [CHANNELS, CHANNELS, 1, 1],
  second: [CHANNELS, CHANNELS, 1, 1],
  third: [CHANNELS, CHANNELS, 1, 1],
  gain: [CHANNELS],
  shift: [CHANNELS],
};

/** Three convolutions, with batch norm and ReLU behind one, with SiLU behind another: the gradients are updates. */
function step(): { readonly program: BoundProgram; readonly storage: Storage } {
  const graph = new Graph();
  const [x, first, second, third, gain, shift] = Object.entries(SHAPES).map(([name, shape]) =>
    input(graph, name, "float32", shape),
  ) as [Value, Value, Value, Value, Value, Value];
  const normalized = (map: Value): Value => batchNormTraining(map, gain, shift, 1e-5)[0]!;
  const a = relu(normalized(conv2d(x, first, undefined)));
  const b = silu(normalized(conv2d(a, second, undefined)));
  const y = conv2d(b, third, undefined);
  const loss = reduceSum(mul(y, y));
  const by = [first, second, third, gain, shift];
  const storage = storageOf(
    "gradients",
    by.map(({ shape }, i) => ({ name: `d${i}`, dtype: "float32", shape: shape as number[] })),
  );
  const updates = gradients(loss, by).map((value, i) => ({ variable: storage.members[i]!, value }));
  return { program: asBound(createProgram({ name: "step", outputs: { loss }, updates })), storage };
}

const INPUTS: Readonly<Record<string, HostTensor>> = Object.fromEntries(
  Object.entries(SHAPES).map(([name, shape]) => [name, numbers(shape, name, -1, 1)]),
);

async function gradientsOn(runtime: Runtime): Promise<readonly HostTensor[]> {
  const { program, storage } = step();
  const session = await runtime.open({ storages: [storage] });
  await (await session.compile(program)).run(INPUTS);
  const results = await session.read(storage.members);
  await session.dispose();
  return results;
}

test("gradients are the oracle's", async () => {
  const [ours, exact] = [await gradientsOn(onnxRuntime), await gradientsOn(referenceRuntime)];
  for (const [i, { data }] of exact.entries()) {
    let [difference, size] = [0, 0];
    for (const [j, x] of (data as Float64Array).entries()) {
      difference += (Number(ours[i]!.data[j]) - x) ** 2;
      size += x ** 2;
    }
    expect(Math.sqrt(difference / size)).toBeLessThan(1e-4);
  }
});

/** The nodes of the program as the library runs them, by name, in its order. */
async function order({ program, behind }: ReturnType<typeof withRecomputation>): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "classifier-training-order-"));
  const { InferenceSession, Tensor } = await loadOnnxLibrary();
  const { model, inputs } = lowerProgram(program, { behind });
  const session = await InferenceSession.create(model, {
    graphOptimizationLevel: "extended",
    logSeverityLevel: 3,
    ...{ enableProfiling: true, profileFilePrefix: join(folder, "order") },
  });
  const feeds = inputs.map(({ name, source }) => {
    const data = Float32Array.from(INPUTS[source.name]!.data as Float64Array);
    return [name, new Tensor("float32", data, SHAPES[source.name]!)] as const;
  });
  await session.run(Object.fromEntries(feeds));
  session.endProfiling();
  await session.release();
  const [file] = await readdir(folder);
  const events = JSON.parse(await readFile(join(folder, file!), "utf8")) as { name: string; ts: number }[];
  await rm(folder, { recursive: true });
  return events
    .filter(({ name }) => name.endsWith("_kernel_time"))
    .sort((a, b) => a.ts - b.ts)
    .map(({ name }) => name.replace("_kernel_time", ""));
}

test("a value is made again behind the gradients that come before it", async () => {
  const remade = withRecomputation(step().program, REMAKING);
  expect(remade.behind.size).toBeGreaterThan(0);
  const names = await order(remade);
  const latest = names.indexOf("conv2dInputGrad/Conv");
  expect(latest).toBeGreaterThan(0);
  // The sigmoid of the activation between them, made again for the gradients behind it.
  expect(names.findLastIndex((name) => name.startsWith("sigmoid/"))).toBeGreaterThan(latest);
});

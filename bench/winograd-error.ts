// How far Winograd's convolutions, direct ones and bfloat16 are from float64: `npm run bench:error`.
import { cpus } from "node:os";
import { gradients } from "../src/autodiff/index.ts";
import { type HostTensor, hostTensor, RandomStream, type Shape, sizeOf } from "../src/core/index.ts";
import { conv2d, createProgram, Graph, input, mul, reduceSum, type Value } from "../src/graph/index.ts";
import { AdamW } from "../src/optim/index.ts";
import type { ConvolutionAlgorithm, Precision, Runtime } from "../src/runtime/contract.ts";
import { OnednnExecutable, onednnRuntime } from "../src/runtime/onednn/index.ts";
import { referenceRuntime } from "../src/runtime/reference/index.ts";
import { TrainingEngine } from "../src/train/engine/engine.ts";
import { modelOf, parseWorkload, syntheticBatch } from "./workload.ts";

interface Variant {
  readonly name: string;
  readonly runtime: Runtime;
  readonly precision?: Precision;
  readonly convolutionAlgorithm?: ConvolutionAlgorithm;
}

const ORACLE: Variant = { name: "float64", runtime: referenceRuntime };
const VARIANTS: readonly Variant[] = [
  { name: "direct", runtime: onednnRuntime, convolutionAlgorithm: "direct" },
  { name: "winograd", runtime: onednnRuntime, convolutionAlgorithm: "winograd" },
  { name: "winograd_wasm", runtime: onednnRuntime, convolutionAlgorithm: "winograd_wasm" },
  { name: "bf16", runtime: onednnRuntime, precision: "bf16-mixed" },
];

/**
 * Channels in, channels out and size of the map: the convolutions of a ResNet-18 that have a Winograd form, one of a
 * DenseNet-121, and one whose channels fill no block, so that they lie last.
 */
const LAYERS = [
  [64, 64, 56],
  [128, 128, 28],
  [256, 256, 14],
  [512, 512, 7],
  [128, 32, 28],
  [36, 60, 28],
] as const;

/** |ours - exact| / |exact|, in the L2 norm. */
function relativeError(ours: HostTensor, exact: HostTensor): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < exact.data.length; i++) {
    const x = Number(exact.data[i]!);
    difference += (Number(ours.data[i]!) - x) ** 2;
    size += x * x;
  }
  return Math.sqrt(difference / size);
}

function normal(purpose: string, shape: Shape, transform: (x: number) => number = (x) => x): HostTensor {
  const random = new RandomStream(0, purpose);
  return hostTensor(
    "float32",
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => transform(random.normal())),
  );
}

/** The elements of all tensors, one after another. */
function joined(tensors: readonly HostTensor[]): HostTensor {
  const elements = tensors.flatMap(({ data }) => Array.from(data as ArrayLike<number>));
  return hostTensor("float64", [elements.length], Float64Array.from(elements));
}

async function layer(inputs: number, outputs: number, size: number): Promise<void> {
  const graph = new Graph();
  const x = input(graph, "x", "float32", [2, inputs, size, size]);
  const w = input(graph, "w", "float32", [outputs, inputs, 3, 3]);
  const y = conv2d(x, w, undefined, { padding: [1, 1] });
  const upstream = input(graph, "dy", "float32", y.shape as Shape);
  const [dx, dw] = gradients(reduceSum(mul(y, upstream)), [x, w]) as [Value, Value];
  const program = createProgram({ name: "layer", outputs: { y, dx, dw } });
  const given = {
    x: normal("x", x.shape as Shape, (value) => Math.max(value, 0)),
    w: normal("w", w.shape as Shape, (value) => value * Math.sqrt(2 / (9 * inputs))),
    dy: normal("dy", upstream.shape as Shape),
  };
  const run = async ({ runtime, ...options }: Variant) => {
    const session = await runtime.open({ storages: [], ...options });
    try {
      const executable = await session.compile(program);
      const results = await executable.run(given);
      const steps = executable instanceof OnednnExecutable ? await executable.profile(given) : [];
      const convolutions = steps.filter(({ work }) => work === "convolution");
      return { results, computedBy: [...new Set(convolutions.map((step) => step.implementation))] };
    } finally {
      await session.dispose();
    }
  };
  const exact = await run(ORACLE);
  for (const variant of VARIANTS) {
    const { results, computedBy } = await run(variant);
    const errors = ["y", "dx", "dw"].map((name) => relativeError(results[name]!, exact.results[name]!));
    console.log(
      `${inputs} -> ${outputs} at ${size}x${size}`.padEnd(22),
      variant.name.padEnd(13),
      ...errors.map((error) => error.toExponential(1)),
      `(${computedBy.join(", ")})`,
    );
  }
}

async function network(name: string): Promise<void> {
  const workload = parseWorkload([`model=${name}`, "batch=4", "size=96", "classes=10"]);
  const batch = syntheticBatch(workload);
  const run = async ({ name: _, ...options }: Variant) => {
    const model = modelOf(workload);
    const engine = await TrainingEngine.open({ model, optimizer: new AdamW(), seed: 0, ...options });
    const { logits } = await engine.accumulate(batch, true, [0, 0]);
    const gradients = await engine.session.read(
      engine.layout.groups.flatMap(({ gradients: { members } }) => members),
    );
    await engine.session.dispose();
    return { logits, first: gradients[0]!, all: joined(gradients) };
  };
  const exact = await run(ORACLE);
  for (const variant of VARIANTS) {
    const ours = await run(variant);
    const errors = (["logits", "first", "all"] as const).map((key) => relativeError(ours[key], exact[key]));
    console.log(name.padEnd(22), variant.name.padEnd(13), ...errors.map((error) => error.toExponential(1)));
  }
}

console.log(`${cpus()[0]?.model}, ${(await onednnRuntime.probe()).detail}`);
console.log("one layer, batch 2: relative error of result, input gradient, weight gradient");
for (const [inputs, outputs, size] of LAYERS) await layer(inputs, outputs, size);
console.log(
  "a network's first step, 96 px, batch 4: of the logits, of the first weight's gradient, of all gradients",
);
for (const name of ["resnet18", "resnet50", "densenet121"]) await network(name);

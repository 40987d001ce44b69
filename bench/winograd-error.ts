// How far Winograd's convolutions, direct ones and bfloat16 are from float64: `npm run bench:error`.
import { gradients } from "../src/autodiff/index.ts";
import { type HostTensor, hostTensor, RandomStream, type Shape, sizeOf } from "../src/core/index.ts";
import { conv2d, createProgram, Graph, input, mul, reduceSum, type Value } from "../src/graph/index.ts";
import { AdamW } from "../src/optim/index.ts";
import type { ConvolutionAlgorithm, Precision, Runtime } from "../src/runtime/contract.ts";
import { onednnRuntime } from "../src/runtime/onednn/index.ts";
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
  { name: "wasm", runtime: onednnRuntime, convolutionAlgorithm: "winograd_wasm" },
  { name: "bf16", runtime: onednnRuntime, precision: "bf16-mixed" },
];

/** The convolutions of a ResNet-18 that have a Winograd form: channels and size of the map. */
const LAYERS = [
  [64, 56],
  [128, 28],
  [256, 14],
  [512, 7],
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

async function layer(channels: number, size: number): Promise<void> {
  const shapes = { x: [2, channels, size, size], w: [channels, channels, 3, 3] } as const;
  const graph = new Graph();
  const [x, w] = [input(graph, "x", "float32", shapes.x), input(graph, "w", "float32", shapes.w)];
  const y = conv2d(x, w, undefined, { padding: [1, 1] });
  const upstream = input(graph, "dy", "float32", shapes.x);
  const [dx, dw] = gradients(reduceSum(mul(y, upstream)), [x, w]) as [Value, Value];
  const program = createProgram({ name: "layer", outputs: { y, dx, dw } });
  const inputs = {
    x: normal("x", shapes.x, (value) => Math.max(value, 0)),
    w: normal("w", shapes.w, (value) => value * Math.sqrt(2 / (9 * channels))),
    dy: normal("dy", shapes.x),
  };
  const run = async ({ runtime, ...options }: Variant): Promise<Record<string, HostTensor>> => {
    const session = await runtime.open({ storages: [], ...options });
    try {
      return await (await session.compile(program)).run(inputs);
    } finally {
      await session.dispose();
    }
  };
  const exact = await run(ORACLE);
  for (const variant of VARIANTS) {
    const ours = await run(variant);
    const errors = ["y", "dx", "dw"].map((name) => relativeError(ours[name]!, exact[name]!).toExponential(1));
    console.log(
      `${channels} -> ${channels} at ${size}x${size}`.padEnd(22),
      variant.name.padEnd(9),
      ...errors,
    );
  }
}

async function network(name: string): Promise<void> {
  const workload = parseWorkload([`model=${name}`, "batch=4", "size=96", "classes=10"]);
  const batch = syntheticBatch(workload);
  const run = async ({
    name: _,
    ...options
  }: Variant): Promise<{ logits: HostTensor; gradient: HostTensor }> => {
    const model = modelOf(workload);
    const engine = await TrainingEngine.open({ model, optimizer: new AdamW(), seed: 0, ...options });
    const { logits } = await engine.accumulate(batch, true, [0, 0]);
    const [gradient] = await engine.session.read([engine.layout.groups[0]!.gradients.members[0]!]);
    await engine.session.dispose();
    return { logits, gradient: gradient! };
  };
  const exact = await run(ORACLE);
  for (const variant of VARIANTS) {
    const ours = await run(variant);
    const errors = [relativeError(ours.logits, exact.logits), relativeError(ours.gradient, exact.gradient)];
    console.log(name.padEnd(22), variant.name.padEnd(9), ...errors.map((error) => error.toExponential(1)));
  }
}

console.log("one layer, batch 2: relative error of result, input gradient, weight gradient");
for (const [channels, size] of LAYERS) await layer(channels, size);
console.log(
  "a whole network at its first step, 96 px, batch 4: of the logits, of the first weight's gradient",
);
for (const name of ["resnet18", "resnet50"]) await network(name);

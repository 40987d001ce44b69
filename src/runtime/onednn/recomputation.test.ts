// Values that gradients make again are those of the forward pass, to the bit.
import { describe, expect, test } from "vitest";
import { gradients } from "../../autodiff/index.ts";
import {
  type HostTensor,
  hostTensor,
  RandomStream,
  type Shape,
  sizeOf,
  toNumbers,
} from "../../core/index.ts";
import {
  add,
  batchNormTraining,
  conv2d,
  createProgram,
  Graph,
  gelu,
  geluTanh,
  globalAvgPool2d,
  hardSwish,
  layerNorm,
  matmul,
  mul,
  readVariable,
  reduceMean,
  relu,
  sigmoid,
  silu,
  storageOf,
  type Value,
} from "../../graph/index.ts";
import { onednnRuntime } from "./index.ts";

const { available, detail } = await onednnRuntime.probe();
if (!available) console.log(`runtime onednn is skipped: ${detail}`);

const SHAPES = {
  images: [4, 16, 40, 40],
  first: [32, 16, 3, 3],
  scale: [32],
  shift: [32],
  gate: [32, 32, 1, 1],
  second: [16, 32, 1, 1],
  rows: [4, 200, 96],
  weight: [96],
  bias: [96],
  up: [96, 192],
  down: [192, 96],
} as const satisfies Record<string, Shape>;
type Name = keyof typeof SHAPES;
type Values = Readonly<Record<Name, Value>>;

/** Convolution, batch norm, activation, a gate from the mean of each map, convolution, and the sum. */
function gated(values: Values, activation: (x: Value) => Value): Value {
  const { images, first, scale, shift, gate, second } = values;
  const hidden = conv2d(images, first, undefined, { padding: [1, 1] });
  const y = activation(batchNormTraining(hidden, scale, shift, 1e-5)[0]);
  const z = mul(y, sigmoid(conv2d(globalAvgPool2d(y), gate)));
  return add(conv2d(z, second), images);
}

/** Layer norm, a wider layer, activation, a layer back, and the sum. */
function perceptron({ rows, weight, bias, up, down }: Values, activation: (x: Value) => Value): Value {
  const hidden = matmul(layerNorm(rows, weight, bias, 1e-6), up);
  return add(matmul(activation(hidden), down), rows);
}

const SUBJECTS: Readonly<Record<string, (values: Values) => Value>> = {
  "batch norm with ReLU": (values) => gated(values, relu),
  SiLU: (values) => gated(values, silu),
  "hard swish": (values) => gated(values, hardSwish),
  GELU: (values) => perceptron(values, gelu),
  "GELU by tanh": (values) => perceptron(values, geluTanh),
};

const NAMES = Object.keys(SHAPES) as Name[];
const OPERANDS = storageOf(
  "operands",
  NAMES.map((name) => ({ name, dtype: "float32", shape: SHAPES[name] })),
);
const GRADIENTS = storageOf(
  "gradients",
  NAMES.map((name) => ({ name: `d ${name}`, dtype: "float32", shape: SHAPES[name] })),
);

/** Gradients by all operands: as updates, which are computed from values made again, or as outputs, from values kept. */
async function gradientsOf(subject: (values: Values) => Value, asOutputs: boolean): Promise<number[][]> {
  const session = await onednnRuntime.open({ storages: [OPERANDS, GRADIENTS], threads: 2 });
  const random = new RandomStream(5, "operands");
  await session.write(
    OPERANDS.members.map((variable) => {
      const data = Float32Array.from({ length: sizeOf(variable.shape) }, () => random.normal());
      return { variable, tensor: hostTensor("float32", variable.shape, data) };
    }),
  );
  const graph = new Graph();
  const read = OPERANDS.members.map((variable) => readVariable(graph, variable));
  const y = subject(Object.fromEntries(read.map((value, i) => [NAMES[i]!, value])) as Values);
  const loss = reduceMean(mul(y, y));
  const results = gradients(loss, read);
  const program = createProgram({
    name: "gradients",
    outputs: {
      loss,
      ...(asOutputs ? Object.fromEntries(results.map((value, i) => [NAMES[i]!, value])) : {}),
    },
    updates: asOutputs ? [] : results.map((value, i) => ({ variable: GRADIENTS.members[i]!, value })),
  });
  const executable = await session.compile(program);
  const outputs = await executable.run({});
  const found: HostTensor[] = asOutputs
    ? NAMES.map((name) => outputs[name]!)
    : await session.read(GRADIENTS.members);
  await session.dispose();
  return found.map(({ data }) => toNumbers(data));
}

describe.skipIf(!available)("values made again for gradients", () => {
  test.each(Object.keys(SUBJECTS))("%s changes no bit of them", async (name) => {
    const again = await gradientsOf(SUBJECTS[name]!, false);
    expect(again).toEqual(await gradientsOf(SUBJECTS[name]!, true));
    expect(again.flat().filter((number) => number !== 0).length).toBeGreaterThan(10_000);
  });
});

// Activations, attention and normalisation as networks compose them, with gradients.
import { gradients } from "../../src/autodiff/index.ts";
import {
  adaptiveAvgPool2d,
  add,
  avgPool2d,
  bernoulli,
  constant,
  conv2d,
  gelu,
  geluTanh,
  hardSigmoid,
  hardSwish,
  layerNorm,
  leakyRelu,
  matmul,
  maxPool2d,
  mul,
  reduceMean,
  reduceSum,
  relu6,
  reshape,
  resize,
  roll,
  sigmoid,
  silu,
  softmax,
  transpose,
  type Value,
} from "../../src/graph/index.ts";
import { type Case, int32, numbers, positive } from "./case.ts";
import { NO_SECOND, withGradients } from "./with-gradients.ts";

const ACTIVATIONS: Readonly<Record<string, (x: Value) => Value>> = {
  silu,
  gelu,
  geluTanh,
  relu6,
  hardSigmoid,
  hardSwish,
  leakyRelu,
};

/** [N, T, D] -> [N, heads, T, D / heads] */
function splitHeads(x: Value, heads: number): Value {
  const [batch, count, width] = x.shape as readonly [Value["shape"][0], number, number];
  return transpose(reshape(x, [batch, count, heads, width / heads]), [0, 2, 1, 3]);
}

function attention(x: Value, projection: Value, heads: number): Value {
  const [query, key, value] = [0, 1, 2].map((i) =>
    splitHeads(matmul(x, mul(projection, i + 1), false, true), heads),
  ) as [Value, Value, Value];
  const weights = softmax(mul(matmul(query, key, false, true), 0.5));
  return reshape(transpose(matmul(weights, value), [0, 2, 1, 3]), x.shape);
}

export const LAYER_COMPOSITIONS: readonly Case[] = [
  ...Object.entries(ACTIVATIONS).map(
    ([name, activation]): Case => ({
      name: `${name} and its gradient`,
      operands: [numbers([5, 41], name, -5, 8)],
      batch: [0],
      build: (x) => {
        const y = activation(x!);
        return { y, gradient: gradients(reduceSum(mul(y, y)), [x!])[0]! };
      },
      tolerance: "accumulated",
      differentiated: ["y"],
    }),
  ),
  {
    name: "attention, normalised, with gradients",
    operands: [
      numbers([3, 5, 8]),
      numbers([8, 8], "projection", -0.5, 0.5),
      positive([8], "scale"),
      numbers([8], "shift"),
    ],
    batch: [0],
    build: (...operands) => {
      const [x, projection, scale, shift] = operands as [Value, Value, Value, Value];
      const y = add(x, attention(layerNorm(x, scale, shift, 1e-6), projection, 2));
      return { y, ...withGradients(reduceMean(mul(y, y)), operands) };
    },
    tolerance: "composed",
    differentiated: ["y", "loss"],
  },
  {
    name: "a layer of weights and a bias over tokens, GELU, with gradients",
    operands: [numbers([3, 5, 8]), numbers([12, 8], "weight", -0.5, 0.5), numbers([12], "bias")],
    batch: [0],
    build: (...operands) => {
      const [x, weight, bias] = operands as [Value, Value, Value];
      const y = gelu(add(matmul(x, weight, false, true), bias));
      return { y, ...withGradients(reduceMean(mul(y, y)), operands) };
    },
    tolerance: "composed",
  },
  {
    name: "windows shifted and back, with a gradient",
    operands: [numbers([2, 7, 6, 3]), numbers([3], "scale")],
    batch: [0],
    build: (...operands) => {
      const [x, scale] = operands as [Value, Value];
      const shifted = roll(roll(x, -3, 1), -2, 2);
      const back = roll(roll(mul(shifted, scale), 3, 1), 2, 2);
      return { shifted, back, ...withGradients(reduceSum(mul(back, shifted)), operands) };
    },
    tolerance: "accumulated",
  },
  {
    name: "adaptive pooling to sizes that do not divide the map, with a gradient",
    operands: [numbers([2, 3, 5, 7])],
    batch: [0],
    build: (x) => {
      const [up, down] = [adaptiveAvgPool2d(x!, [7, 7]), adaptiveAvgPool2d(x!, [3, 2])];
      return { up, down, ...withGradients(add(reduceSum(mul(up, up)), reduceSum(mul(down, down))), [x!]) };
    },
    tolerance: "accumulated",
  },
  {
    name: "interpolation to larger and smaller maps, with a gradient",
    operands: [numbers([2, 3, 5, 4])],
    batch: [0],
    build: (x) => {
      const [up, down] = [resize(x!, [8, 7], "bicubic"), resize(x!, [3, 2])];
      return { up, down, ...withGradients(add(reduceSum(mul(up, up)), reduceSum(mul(down, down))), [x!]) };
    },
    tolerance: "accumulated",
  },
  {
    name: "pooling whose last windows reach beyond the map, with a gradient",
    operands: [numbers([2, 3, 6, 7])],
    batch: [0],
    build: (x) => {
      const window = { kernel: [3, 3], stride: [2, 2], padding: [1, 1], ceilMode: true } as const;
      const [largest, mean] = [maxPool2d(x!, window), avgPool2d(x!, { ...window, countIncludePad: false })];
      const loss = add(reduceSum(mul(largest, largest)), reduceSum(mul(mean, mean)));
      return { largest, mean, ...withGradients(loss, [x!]) };
    },
    tolerance: "accumulated",
    differentiated: ["largest", "mean", "loss"],
  },
  {
    name: "a depthwise block with squeeze and excitation, with gradients",
    operands: [
      numbers([2, 6, 7, 7]),
      numbers([6, 1, 5, 5], "depthwise", -0.3, 0.3),
      numbers([6, 6, 1, 1], "excite", -0.5, 0.5),
    ],
    batch: [0],
    build: (...operands) => {
      const [x, depthwise, excite] = operands as [Value, Value, Value];
      const y = hardSwish(conv2d(x, depthwise, undefined, { padding: [2, 2], groups: 6 }));
      const share = sigmoid(conv2d(reduceMean(y, { axes: [2, 3], keepDims: true }), excite));
      const out = mul(y, share);
      return withGradients(reduceMean(mul(out, out)), operands);
    },
    tolerance: "composed",
    differentiated: NO_SECOND,
  },
  {
    name: "branches left out at random, with gradients",
    operands: [numbers([6, 4, 3]), int32([4], [5, -6, 7, -8])],
    batch: [0],
    build: (x, key) => {
      const kept = bernoulli(key!, x!.shape, 0.7, 0);
      const rows = bernoulli(key!, [x!.shape[0]!, 1, 1], 0.5, 1);
      const y = add(x!, mul(mul(gelu(x!), rows), mul(kept, 1 / 0.7)));
      return { kept, rows, ...withGradients(reduceSum(mul(y, y)), [x!]) };
    },
    tolerance: "accumulated",
  },
  {
    name: "one constant used twice",
    operands: [numbers([4, 3])],
    batch: [0],
    build: (x) => {
      const bias = numbers([3], "bias");
      const once = add(x!, constant(x!.node.graph, bias));
      return mul(once, constant(x!.node.graph, bias));
    },
  },
];

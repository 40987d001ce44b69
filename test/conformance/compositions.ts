// Ops together, as networks and optimizers use them: what a runtime may fuse must still be right.
import { float32 } from "../../src/core/index.ts";
import {
  add,
  avgPool2d,
  batchNormInference,
  batchNormTraining,
  conv2d,
  div,
  flatten,
  globalAvgPool2d,
  matmul,
  maximum,
  maxPool2d,
  minimum,
  mul,
  reduceMean,
  reduceSum,
  relu,
  sqrt,
  sub,
  type Value,
} from "../../src/graph/index.ts";
import { crossEntropy } from "../../src/nn/index.ts";
import { BATCH_COMPOSITIONS } from "./batch-compositions.ts";
import { type Case, labels, numbers, positive } from "./case.ts";
import { LAYER_COMPOSITIONS } from "./layer-compositions.ts";
import { NO_SECOND, withGradients } from "./with-gradients.ts";

const PADDED = { padding: [1, 1] } as const;

/** Convolution, batch norm and ReLU. */
function block(x: Value, weight: Value, scale: Value, shift: Value, stride: number): Value {
  const y = conv2d(x, weight, undefined, { stride: [stride, stride], padding: [1, 1] });
  return relu(batchNormTraining(y, scale, shift, 1e-5)[0]);
}

export const COMPOSITIONS: readonly Case[] = [
  ...BATCH_COMPOSITIONS,
  ...LAYER_COMPOSITIONS,
  {
    name: "convolution, bias, ReLU: all intermediate values are outputs too",
    operands: [numbers([2, 8, 6, 6]), numbers([16, 8, 3, 3], "w"), numbers([16], "b")],
    batch: [0],
    build: (x, weight, bias) => {
      const convolved = conv2d(x!, weight!, bias!, PADDED);
      return { convolved, activated: relu(convolved) };
    },
    tolerance: "accumulated",
  },
  {
    name: "depthwise convolution of 20 channels with a bias",
    operands: [numbers([2, 20, 6, 6]), numbers([20, 1, 3, 3], "w"), numbers([20], "b")],
    batch: [0],
    build: (x, weight, bias) => ({ y: conv2d(x!, weight!, bias!, { ...PADDED, groups: 20 }) }),
    tolerance: "accumulated",
  },
  {
    name: "batch norm and ReLU whose input is used again",
    operands: [numbers([4, 16, 5, 5]), positive([16], "w"), numbers([16], "b")],
    batch: [0],
    build: (x, weight, bias) => {
      const [y, mean, variance] = batchNormTraining(x!, weight!, bias!, 1e-5);
      return { y, activated: relu(y), sum: add(relu(y), x!), mean, variance };
    },
    tolerance: "accumulated",
    differentiated: ["y", "activated", "sum"],
  },
  {
    name: "batch norm for inference, residual sum and ReLU",
    operands: [
      numbers([2, 16, 4, 4]),
      positive([16], "w"),
      numbers([16], "b"),
      numbers([16], "m"),
      positive([16], "v"),
      numbers([2, 16, 4, 4], "skip"),
    ],
    batch: [0, 5],
    build: (x, w, b, m, v, skip) => relu(add(batchNormInference(x!, w!, b!, m!, v!, 1e-5), skip!)),
    tolerance: "accumulated",
  },
  {
    name: "a residual block with its gradients",
    operands: [
      numbers([4, 16, 6, 6]),
      numbers([16, 16, 3, 3], "w1", -0.3, 0.3),
      positive([16], "scale1"),
      numbers([16], "shift1"),
      numbers([16, 16, 3, 3], "w2", -0.3, 0.3),
      positive([16], "scale2"),
      numbers([16], "shift2"),
    ],
    batch: [0],
    build: (...operands) => {
      const [x, w1, scale1, shift1, w2, scale2, shift2] = operands as [
        Value,
        Value,
        Value,
        Value,
        Value,
        Value,
        Value,
      ];
      const y = block(x, w1, scale1, shift1, 1);
      const z = batchNormTraining(conv2d(y, w2, undefined, PADDED), scale2, shift2, 1e-5)[0];
      const out = relu(add(z, x));
      return withGradients(reduceMean(mul(out, out)), operands);
    },
    tolerance: "composed",
    differentiated: NO_SECOND,
  },
  {
    name: "a small network: stem, pooling, strided block with a projection, classifier, loss and gradients",
    operands: [
      numbers([4, 3, 16, 16]),
      numbers([8, 3, 7, 7], "stem", -0.2, 0.2),
      positive([8], "scale0"),
      numbers([8], "shift0"),
      numbers([12, 8, 3, 3], "w", -0.3, 0.3),
      positive([12], "scale1"),
      numbers([12], "shift1"),
      numbers([12, 8, 1, 1], "projection", -0.5, 0.5),
      numbers([5, 12], "fc", -0.5, 0.5),
      numbers([5], "bias"),
      labels([4], 5),
    ],
    batch: [0, 10],
    build: (...operands) => {
      const [x, stem, scale0, shift0, w, scale1, shift1, projection, fc, bias, target] = operands as Value[];
      const s = conv2d(x!, stem!, undefined, { stride: [2, 2], padding: [3, 3] });
      const normalized = relu(batchNormTraining(s, scale0!, shift0!, 1e-5)[0]);
      const pooled = maxPool2d(normalized, { kernel: [3, 3], stride: [2, 2], padding: [1, 1] });
      const skip = conv2d(pooled, projection!, undefined, { stride: [2, 2] });
      const y = relu(add(block(pooled, w!, scale1!, shift1!, 2), skip));
      const logits = add(matmul(flatten(globalAvgPool2d(y)), fc!, false, true), bias!);
      const loss = crossEntropy(logits, target!, { labelSmoothing: 0.1 });
      return { logits, ...withGradients(loss, operands.slice(1, -1)) };
    },
    tolerance: "composed",
    differentiated: NO_SECOND,
  },
  {
    name: "a value used by two convolutions, with its gradient",
    operands: [numbers([2, 8, 5, 5]), numbers([8, 8, 3, 3], "a"), numbers([8, 8, 1, 1], "b")],
    batch: [0],
    build: (...operands) => {
      const [x, a, b] = operands as [Value, Value, Value];
      const y = add(conv2d(x, a, undefined, PADDED), conv2d(x, b));
      return withGradients(reduceSum(mul(y, y)), operands);
    },
    tolerance: "composed",
    differentiated: NO_SECOND,
  },
  {
    name: "average pooling between convolutions, with gradients",
    operands: [numbers([2, 6, 8, 8]), numbers([10, 6, 3, 3], "a"), numbers([4, 10, 1, 1], "b")],
    batch: [0],
    build: (...operands) => {
      const [x, a, b] = operands as [Value, Value, Value];
      const y = conv2d(avgPool2d(conv2d(x, a, undefined, PADDED), { kernel: [2, 2] }), b);
      return withGradients(reduceMean(mul(y, y)), operands);
    },
    tolerance: "composed",
    differentiated: NO_SECOND,
  },
  {
    name: "cross-entropy with class weights and its gradient",
    operands: [numbers([6, 5]), positive([5], "w"), labels([6], 5)],
    batch: [0, 2],
    build: (logits, weight, target) =>
      withGradients(crossEntropy(logits!, target!, { weight: weight!, labelSmoothing: 0.1 }), [logits!]),
    tolerance: "accumulated",
  },
  {
    name: "an optimizer's update of a long vector",
    operands: [
      numbers([1000], "p"),
      numbers([1000], "g"),
      numbers([1000], "m", -0.1, 0.1),
      positive([1000], "v"),
      float32([], [0.01]),
    ],
    build: (p, g, m, v, rate) => {
      const norm = sqrt(reduceSum(mul(g!, g!)));
      const clipped = mul(g!, minimum(div(1, add(norm, 1e-6)), 1));
      const mean = add(mul(m!, 0.9), mul(clipped, 0.1));
      const square = add(mul(v!, 0.999), mul(mul(clipped, clipped), 0.001));
      const step = div(mean, add(sqrt(square), 1e-8));
      return { norm, mean, square, parameter: sub(mul(p!, 0.999), mul(step, rate!)) };
    },
    tolerance: "accumulated",
  },
  {
    name: "clipping by value",
    operands: [numbers([100])],
    build: (g) => minimum(maximum(g!, -0.5), 0.5),
  },
];

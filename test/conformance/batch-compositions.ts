// Networks that reshape, broadcast or reduce the batch axis, as those with class tokens and heads do.
import {
  add,
  BATCH,
  broadcastTo,
  concat,
  conv2d,
  matmul,
  mul,
  reduceMean,
  reduceSum,
  relu,
  reshape,
  slice,
  sub,
  transpose,
  type Value,
} from "../../src/graph/index.ts";
import { crossEntropy } from "../../src/nn/index.ts";
import { type Case, labels, numbers } from "./case.ts";
import { NO_SECOND, withGradients } from "./with-gradients.ts";

/** [N, C, H, W] -> [N, 1 + H W, C]: a token for each position behind one that is the same for all samples. */
function withClassToken(maps: Value, token: Value): Value {
  const [batch, channels] = maps.shape;
  const positions = transpose(reshape(maps, [batch!, channels!, -1]), [0, 2, 1]);
  return concat([broadcastTo(token, [batch!, 1, channels!]), positions], 1);
}

/** [N, T, D] -> [N heads, T, D / heads] */
function splitHeads(tokens: Value, heads: number): Value {
  const [batch, count, width] = tokens.shape as readonly [Value["shape"][0], number, number];
  const split = transpose(reshape(tokens, [batch!, count, heads, width / heads]), [0, 2, 1, 3]);
  return reshape(split, [-1, count, width / heads]);
}

export const BATCH_COMPOSITIONS: readonly Case[] = [
  {
    name: "a class token and heads, loss and gradients",
    operands: [
      numbers([5, 3, 4, 4]),
      numbers([8, 3, 2, 2], "patches"),
      numbers([1, 1, 8], "token"),
      numbers([4, 8], "classifier"),
      labels([5], 4),
    ],
    batch: [0, 4],
    build: (...operands) => {
      const [x, patches, token, classifier, target] = operands as [Value, Value, Value, Value, Value];
      const tokens = withClassToken(conv2d(x, patches, undefined, { stride: [2, 2] }), token);
      const heads = splitHeads(tokens, 2);
      const centred = relu(sub(heads, reduceMean(heads, { axes: [1], keepDims: true })));
      const [rows, , width] = centred.shape;
      const first = slice(centred, [0, 0, 0], [rows!, 1, width!]);
      const logits = matmul(reshape(first, [-1, 8]), classifier, false, true);
      return { logits, ...withGradients(crossEntropy(logits, target), operands.slice(0, -1)) };
    },
    tolerance: "composed",
    differentiated: NO_SECOND,
  },
  {
    name: "statistics over the batch, with gradients",
    operands: [numbers([6, 3]), numbers([3], "scale")],
    batch: [0],
    build: (...operands) => {
      const [x, scale] = operands as [Value, Value];
      const centred = sub(x, reduceMean(x, { axes: [0] }));
      const variance = reduceMean(mul(centred, centred), { axes: [0] });
      return {
        variance,
        ...withGradients(reduceMean(mul(mul(mul(centred, centred), scale), variance)), operands),
      };
    },
    tolerance: "composed",
    differentiated: ["variance", "loss"],
  },
  {
    name: "a parameter broadcast to the batch, with its gradient",
    operands: [numbers([3, 2]), numbers([2], "p")],
    batch: [0],
    build: (...operands) => {
      const [x, p] = operands as [Value, Value];
      const rows = broadcastTo(p, [x.shape[0]!, 2]);
      const y = add(mul(rows, rows), mul(rows, x));
      return { rows, ...withGradients(reduceSum(mul(y, y)), operands) };
    },
    tolerance: "composed",
  },
  {
    name: "cross-entropy with target probabilities and its gradient",
    operands: [numbers([6, 5]), numbers([6, 5], "targets", 0, 1)],
    batch: [0, 1],
    build: (logits, targets) => withGradients(crossEntropy(logits!, targets!), [logits!]),
    tolerance: "accumulated",
  },
  {
    name: "a number for each sample, summed",
    operands: [numbers([4, 3])],
    batch: [0],
    build: (x) => {
      const ones = broadcastTo(reduceMean(mul(x!, 0)), [x!.shape[0] ?? BATCH]);
      return { sum: reduceSum(add(ones, 1)), x: x! };
    },
  },
];

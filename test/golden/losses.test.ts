// Losses and their gradients by the logits against torch.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/index.ts";
import { type HostTensor, hostTensor, type Shape, stridesOf, toNumbers } from "../../src/core/index.ts";
import {
  constant,
  createProgram,
  fixedShape,
  Graph,
  input,
  mul,
  reduceSum,
  type Value,
} from "../../src/graph/index.ts";
import { binaryCrossEntropyWithLogits, crossEntropy, focalLoss, type Reduction } from "../../src/nn/index.ts";
import type { Session } from "../../src/runtime/contract.ts";
import { findRuntimes } from "../conformance/runtimes.ts";
import { fill, fillInt, widened } from "./formula.ts";
import {
  expectNear,
  FLOAT32_EPSILON,
  FLOAT32_SPREADS,
  FLOAT64_TOLERANCE,
  largest,
  largestDifference,
} from "./measure.ts";
import { readGolden } from "./read-golden.ts";

interface LossCase {
  readonly name: string;
  readonly loss: "cross_entropy" | "focal" | "bce_with_logits";
  /** [N, C, ...] */
  readonly shape: readonly number[];
  readonly scale?: number;
  readonly weight?: boolean;
  readonly pos_weight?: boolean;
  readonly hard?: boolean;
  readonly gamma?: number;
  readonly label_smoothing?: number;
  readonly reduction: Reduction;
  readonly ignore_index?: number;
  readonly ignore_every?: number;
  readonly probabilities?: "raw" | "normalized";
  readonly value: unknown;
  readonly value_f32: unknown;
  readonly grad: unknown;
}

const { cases } = readGolden<{ readonly cases: readonly LossCase[] }>("losses/losses.json");

function flat(value: unknown): number[] {
  return [value].flat(8) as number[];
}

function mapped(tensor: HostTensor<"float64">, f: (x: number) => number): HostTensor<"float64"> {
  return { ...tensor, data: tensor.data.map(f) };
}

/** Scaled in float32, then widened. */
function logitsOf({ name, shape, scale = 1 }: LossCase): HostTensor<"float64"> {
  return mapped(widened(fill(`${name}.logits`, shape, -3, 3)), (x) => Math.fround(x * scale));
}

/** Divided by their sums over axis 1. */
function normalized({ shape, data, dtype }: HostTensor<"float64">): HostTensor<"float64"> {
  const stride = stridesOf(shape)[1]!;
  const classes = shape[1]!;
  const sums = new Map<number, number>();
  const rowOf = (i: number): number => Math.floor(i / (stride * classes)) * stride + (i % stride);
  for (const [i, x] of data.entries()) sums.set(rowOf(i), (sums.get(rowOf(i)) ?? 0) + x);
  return hostTensor(
    dtype,
    shape,
    data.map((x, i) => x / sums.get(rowOf(i))!),
  );
}

function targetsOf(one: LossCase): HostTensor {
  const targets = (): HostTensor<"float64"> => widened(fill(`${one.name}.targets`, one.shape, 0, 1));
  if (one.loss === "bce_with_logits") {
    return one.hard ? mapped(targets(), (x) => (x > 0.5 ? 1 : 0)) : targets();
  }
  if (one.probabilities !== undefined) {
    return one.probabilities === "normalized" ? normalized(targets()) : targets();
  }
  const shape = one.shape.filter((_, axis) => axis !== 1);
  const labels = fillInt(`${one.name}.labels`, shape, one.shape[1]!);
  if (one.ignore_every === undefined) return labels;
  const { ignore_every, ignore_index } = one;
  const data = labels.data.map((label, i) => (i % ignore_every === 0 ? BigInt(ignore_index!) : label));
  return hostTensor("int64", shape, data);
}

function build(one: LossCase, logits: Value, target: Value): Value {
  const { name, shape, reduction } = one;
  const vector = (key: string, size: number, low: number, high: number): Value =>
    constant(logits.node.graph, fill(`${name}.${key}`, [size], low, high));
  if (one.loss === "bce_with_logits") {
    const classes = shape.at(-1)!;
    return binaryCrossEntropyWithLogits(logits, target, {
      reduction,
      ...(one.weight ? { weight: vector("weight", classes, 0.5, 2) } : {}),
      ...(one.pos_weight ? { positiveWeight: vector("pos_weight", classes, 0.5, 3) } : {}),
    });
  }
  const options = {
    reduction,
    labelSmoothing: one.label_smoothing ?? 0,
    ...(one.weight ? { weight: vector("weight", shape[1]!, 0.5, 2) } : {}),
  };
  return one.loss === "focal"
    ? focalLoss(logits, target, { ...options, gamma: one.gamma! })
    : crossEntropy(logits, target, options);
}

function typeOf({ dtype, shape }: HostTensor): [HostTensor["dtype"], Shape] {
  return [dtype === "float64" ? "float32" : dtype, shape];
}

describe.each(await findRuntimes())("on $name", ({ runtime, available }) => {
  let session: Session;
  beforeAll(async () => {
    if (available) session = await runtime.open({ storages: [] });
  });
  afterAll(() => session?.dispose());

  test.skipIf(!available).each(cases)("$name $loss $reduction", async (one) => {
    const graph = new Graph();
    const given = { logits: logitsOf(one), target: targetsOf(one) };
    const logits = input(graph, "logits", ...typeOf(given.logits));
    const value = build(one, logits, input(graph, "target", ...typeOf(given.target)));
    const upstream = constant(graph, fill(`${one.name}.upstream`, fixedShape(value.shape), -1, 1));
    const total = one.reduction === "none" ? reduceSum(mul(value, upstream)) : value;
    const [slope] = gradients(total, [logits]);
    const executable = await session.compile(
      createProgram({ name: one.name, outputs: { value, slope: slope! } }),
    );
    const results = await executable.run(given);
    await executable.dispose();

    const [expected, expectedSlope] = [flat(one.value), flat(one.grad)];
    expect(expected.length).toBeGreaterThan(0);
    const exact = runtime.name === "reference";
    const spread = Math.max(
      largestDifference(flat(one.value_f32), expected),
      FLOAT32_EPSILON * largest(expected),
    );
    const near = exact ? FLOAT64_TOLERANCE * largest(expected) : FLOAT32_SPREADS * spread;
    expectNear(toNumbers(results.value!.data), expected, near, "value");
    const relative = exact ? FLOAT64_TOLERANCE : 64 * FLOAT32_EPSILON;
    expectNear(toNumbers(results.slope!.data), expectedSlope, relative * largest(expectedSlope), "gradient");
  });
});

import { expect, test } from "vitest";
import { float64Scalar, toNumbers } from "../core/index.ts";
import { constant, createProgram, Graph, type Value } from "../graph/index.ts";
import { referenceRuntime } from "../runtime/reference/index.ts";
import { Adam, AdamW } from "./adam.ts";
import type { Optimizer } from "./optimizer.ts";
import { SGD } from "./sgd.ts";

/** A parameter of ones after each of the steps, one gradient a step. */
async function steps(
  optimizer: Optimizer,
  learningRate: number,
  gradients: readonly number[],
): Promise<number[]> {
  const graph = new Graph();
  const number = (value: number): Value => constant(graph, float64Scalar(value));
  let parameter = number(1);
  let state = Object.fromEntries(optimizer.state.map(({ name, initial }) => [name, number(initial)]));
  const history = gradients.map((gradient, i) => {
    const scalars = Object.entries(optimizer.scalars(i + 1, learningRate));
    const updated = optimizer.update({
      parameter,
      gradient: number(gradient),
      state,
      scalars: Object.fromEntries(scalars.map(([name, value]) => [name, number(value)])),
    });
    parameter = updated.parameter;
    state = { ...updated.state };
    return [`step${i}`, parameter] as const;
  });
  const session = await referenceRuntime.open({ storages: [] });
  const executable = await session.compile(
    createProgram({ name: "steps", outputs: Object.fromEntries(history) }),
  );
  const outputs = await executable.run({});
  return history.map(([name]) => toNumbers(outputs[name]!.data)[0]!);
}

// Values of torch.optim, to the digits given.
test.each([
  {
    name: "AdamW decays the parameter",
    optimizer: new AdamW({ weightDecay: 0.01 }),
    gradients: [0.5, -1, 1e-9],
    after: [0.899, 0.9347114, 0.9620766],
  },
  {
    name: "Adam decays through the gradient",
    optimizer: new Adam({ weightDecay: 0.01 }),
    gradients: [0.5, -1],
    after: [0.9, 0.9355237],
  },
])("$name", async ({ optimizer, gradients, after }) => {
  const history = await steps(optimizer, 0.1, gradients);
  for (const [i, wish] of after.entries()) expect(history[i]).toBeCloseTo(wish, 6);
});

test("SGD: the first momentum buffer is the gradient, whatever the dampening", async () => {
  const [first, second] = await steps(new SGD({ momentum: 0.9, dampening: 0.5 }), 0.1, [1, 1]);
  expect(first).toBeCloseTo(1 - 0.1, 12);
  expect(second).toBeCloseTo(1 - 0.1 - 0.1 * (0.9 + 0.5), 12);
});

test("SGD: nesterov looks ahead, weight decay joins the gradient", async () => {
  const [first] = await steps(new SGD({ momentum: 0.9, nesterov: true, weightDecay: 0.01 }), 0.1, [0.5]);
  expect(first).toBeCloseTo(1 - 0.1 * 0.51 * 1.9, 12);
});

test("withWeightDecay changes nothing else", async () => {
  for (const optimizer of [new SGD({ momentum: 0.9 }), new Adam({ eps: 0.1 }), new AdamW({ eps: 0.1 })]) {
    const other = optimizer.withWeightDecay(0);
    expect(other.name).toBe(optimizer.name);
    const plain = optimizer.name === "AdamW" ? new AdamW({ eps: 0.1, weightDecay: 0 }) : optimizer;
    expect(await steps(other, 0.1, [1, 2])).toEqual(await steps(plain, 0.1, [1, 2]));
  }
});

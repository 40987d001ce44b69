import { expect, test } from "vitest";
import { float32, type HostTensor, sigmoid } from "../core/index.ts";
import { BATCH, createProgram, Graph, input, storageOf } from "../graph/index.ts";
import { referenceRuntime } from "../runtime/reference/index.ts";
import { Ensemble } from "./ensemble.ts";
import { Linear } from "./layers/linear.ts";
import type { Module } from "./module.ts";
import { initialState, stateEntries } from "./state.ts";
import { trace } from "./trace.ts";

async function logitsOf(network: Module, state: ReadonlyMap<string, HostTensor>, rows: number[][]) {
  const storages = stateEntries(network).map((entry) => storageOf(entry.name, [entry]));
  const variables = new Map(storages.map(({ name, members: [variable] }) => [name, variable!]));
  const x = input(new Graph(), "x", "float32", [BATCH, 2]);
  const { output } = trace(network, x, { training: false, variable: (name) => variables.get(name)! });
  const session = await referenceRuntime.open({ storages });
  await session.write([...variables].map(([name, variable]) => ({ variable, tensor: state.get(name)! })));
  const executable = await session.compile(createProgram({ name: "logits", outputs: { logits: output } }));
  const { logits } = await executable.run({ x: float32([rows.length, 2], rows.flat()) });
  await session.dispose();
  return Array.from({ length: rows.length }, (_, row) =>
    [...logits!.data].slice(row * 3, row * 3 + 3).map(Number),
  );
}

const softmax = (logits: readonly number[]): number[] => {
  const powers = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  return powers.map((power) => power / powers.reduce((a, b) => a + b));
};

const rows = [
  [1, -2],
  [0.5, 3],
  [900, -900],
];
const members = [new Linear(2, 3), new Linear(2, 3), new Linear(2, 3)] as const;

/** The logits of the ensemble and of each member, by row. */
async function together(task: "multi_class" | "multi_label") {
  const ensemble = new Ensemble([...members], task);
  const state = await initialState(ensemble, 5);
  const stateOf = (i: number) =>
    new Map(["weight", "bias"].map((name) => [name, state.get(`members.${i}.${name}`)!]));
  const alone = await Promise.all(members.map((member, i) => logitsOf(member, stateOf(i), rows)));
  const logits = await logitsOf(ensemble, state, rows);
  return logits.map((own, row) => ({ logits: own, alone: alone.map((one) => one[row]!) }));
}

const meanOf = (each: readonly (readonly number[])[]): number[] =>
  each[0]!.map((_, c) => each.reduce((sum, one) => sum + one[c]!, 0) / each.length);

test("its probabilities are the mean of its members', and the least of them are more than 0", async () => {
  for (const { logits, alone } of await together("multi_class")) {
    const mean = meanOf(alone.map(softmax));
    for (const [c, probability] of softmax(logits).entries()) expect(probability).toBeCloseTo(mean[c]!, 12);
    expect(logits.every(Number.isFinite)).toBe(true);
  }
});

test("of several labels the mean is of each label's own probability", async () => {
  for (const { logits, alone } of await together("multi_label")) {
    const mean = meanOf(alone.map((one) => one.map(sigmoid)));
    for (const [label, logit] of logits.entries()) expect(sigmoid(logit)).toBeCloseTo(mean[label]!, 12);
    expect(logits.every(Number.isFinite)).toBe(true);
  }
});

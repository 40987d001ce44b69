// Votes of neighbours, against the same written out, and what training changes of them.
import { expect, test } from "vitest";
import { float32, RandomStream } from "../../core/index.ts";
import { BATCH, createProgram, Graph, input, type VariableRef } from "../../graph/index.ts";
import { referenceRuntime } from "../../runtime/reference/index.ts";
import { initialState, stateEntries } from "../state.ts";
import { trace } from "../trace.ts";
import { NearestNeighbors } from "./nearest-neighbors.ts";

const [SAMPLES, FEATURES, CLASSES, NEIGHBORS] = [12, 5, 3, 4];
const random = new RandomStream(1, "neighbours");
const vector = (): number[] => {
  const values = Array.from({ length: FEATURES }, () => Math.fround(random.normal()));
  return values.map((value) => Math.fround(value / Math.hypot(...values)));
};
const samples = Array.from({ length: SAMPLES }, vector);
const classOf = Array.from({ length: SAMPLES }, (_, i) => i % CLASSES);

async function votes(rows: readonly (readonly number[])[], training: boolean): Promise<number[][]> {
  const module = new NearestNeighbors({
    samples: SAMPLES,
    features: FEATURES,
    classes: CLASSES,
    neighbors: NEIGHBORS,
  });
  const state = await initialState(module, 1);
  state.set("samples", float32([SAMPLES, FEATURES], samples.flat()));
  state.set(
    "labels",
    float32(
      [SAMPLES, CLASSES],
      classOf.flatMap((label) => Array.from({ length: CLASSES }, (_, c) => (c === label ? 1 : 0))),
    ),
  );
  const variables = new Map(
    stateEntries(module).map((entry): [string, VariableRef] => [
      entry.name,
      { ...entry, storage: entry.name, offset: 0 },
    ]),
  );
  const x = input(new Graph(), "x", "float32", [BATCH, FEATURES]);
  const { output } = trace(module, x, { training, variable: (name) => variables.get(name)! });
  const session = await referenceRuntime.open({
    storages: [...variables.values()].map((variable) => ({
      name: variable.name,
      dtype: variable.dtype,
      size: variable.shape.reduce((a, b) => a * b, 1),
      members: [variable],
    })),
  });
  await session.write([...state].map(([name, tensor]) => ({ variable: variables.get(name)!, tensor })));
  const executable = await session.compile(createProgram({ name: "votes", outputs: { output } }));
  const result = await executable.run({ x: float32([rows.length, FEATURES], rows.flat()) });
  await session.dispose();
  const flat = Array.from(result.output!.data, Number);
  return rows.map((_, row) => flat.slice(row * CLASSES, (row + 1) * CLASSES));
}

/** The votes of `row`, counted one by one. */
function counted(row: readonly number[], among: readonly number[]): number[] {
  const cosine = (i: number): number =>
    samples[i]!.reduce((sum, value, k) => sum + value * row[k]!, 0) / Math.hypot(...row);
  const nearest = [...among].sort((a, b) => cosine(b) - cosine(a)).slice(0, NEIGHBORS);
  const result = new Array<number>(CLASSES).fill(1e-6);
  for (const i of nearest) result[classOf[i]!]! += Math.exp((cosine(i) - cosine(nearest[0]!)) / 0.07);
  return result.map(Math.log);
}

const everybody = samples.map((_, i) => i);

test("the nearest vote, by how near they are; of any length, the direction counts", async () => {
  const rows = Array.from({ length: 6 }, () => vector().map((value) => value * 3));
  const found = await votes(rows, false);
  for (const [row, expected] of rows.map((row) => counted(row, everybody)).entries()) {
    for (const [c, value] of expected.entries()) expect(found[row]![c]).toBeCloseTo(value, 5);
  }
});

test("in training nobody votes for itself", async () => {
  const found = await votes(samples, true);
  for (const [i, row] of samples.entries()) {
    const expected = counted(
      row,
      everybody.filter((other) => other !== i),
    );
    for (const [c, value] of expected.entries()) expect(found[i]![c]).toBeCloseTo(value, 5);
  }
  const evaluated = await votes(samples, false);
  expect(evaluated.map((row) => row.indexOf(Math.max(...row)))).toEqual(classOf);
});

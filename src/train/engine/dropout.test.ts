// What dropout leaves out follows from the seed and the place of the batch, and from nothing else.
import { expect, test } from "vitest";
import { LinearModel } from "../../../test/train/linear-problem.ts";
import { float32 } from "../../core/index.ts";
import { referenceRuntime } from "../../runtime/reference/index.ts";
import { TrainingEngine } from "./engine.ts";
import type { BatchPosition } from "./random-key.ts";

const ROWS = 64;
const images = float32([ROWS, 2], new Float32Array(ROWS * 2).fill(1));
const labels = float32([ROWS, 1], new Float32Array(ROWS));
const batch = { images, labels, indices: Array.from({ length: ROWS }, (_, i) => i) };

async function engineOf(dropout: number, seed: number): Promise<TrainingEngine> {
  const model = new LinearModel({ dropout });
  return TrainingEngine.open({ runtime: referenceRuntime, model, optimizer: model.createOptimizer(), seed });
}

async function outputs(dropout: number, seed: number, position: BatchPosition): Promise<string> {
  const engine = await engineOf(dropout, seed);
  const { logits } = await engine.accumulate(batch, true, position);
  await engine.dispose();
  return [...logits.data].join(" ");
}

test("every seed, epoch and batch leaves out something else, again and again the same", async () => {
  const drawn = await Promise.all([
    outputs(0.5, 1, [0, 0]),
    outputs(0.5, 2, [0, 0]),
    outputs(0.5, 1 + 2 ** 32, [0, 0]),
    outputs(0.5, 1, [1, 0]),
    outputs(0.5, 1, [0, 1]),
  ]);
  expect(new Set(drawn).size).toBe(drawn.length);
  expect(await outputs(0.5, 1, [0, 1])).toBe(drawn[4]);
});

test("what stays is enlarged: inputs of 1 are 0 or 2 where half is left out", async () => {
  const [w0, w1] = [1, -0.5];
  const possible = [0, 2 * w0, 2 * w1, 2 * w0 + 2 * w1];
  const values = (await outputs(0.5, 3, [0, 0])).split(" ").map(Number);
  for (const value of values) expect(possible).toContain(value);
  expect(new Set(values).size).toBe(possible.length);
});

test("evaluation leaves nothing out", async () => {
  const engine = await engineOf(0.5, 1);
  const { logits } = await engine.evaluate(batch);
  expect([...logits.data]).toEqual(new Array(ROWS).fill(0.5));
  await engine.dispose();
});

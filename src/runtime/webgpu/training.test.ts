// Training on an adapter: the reference's numbers, the same bits in every run and in a resumed one, and float16.
import { afterAll, describe, expect, test } from "vitest";
import { openResidual, trainResidual } from "../../../test/train/residual-problem.ts";
import { float32, toNumbers } from "../../core/index.ts";
import { conv2d, createProgram, Graph, input, mul } from "../../graph/index.ts";
import type { TrainingEngine } from "../../train/engine/engine.ts";
import { referenceRuntime } from "../reference/index.ts";
import { webgpuRuntime } from "./index.ts";

const { available, detail } = await webgpuRuntime.probe();
if (!available) console.log(`training on a GPU is not tested: ${detail}`);

const engines: TrainingEngine[] = [];
afterAll(() => Promise.all(engines.map((engine) => engine.dispose())));

async function open(...given: Parameters<typeof openResidual>): Promise<TrainingEngine> {
  const engine = await openResidual(...given);
  engines.push(engine);
  return engine;
}

/** Everything that a checkpoint has, as bits. */
async function bitsOf(engine: TrainingEngine): Promise<Record<string, string>> {
  const state = await engine.readState();
  return Object.fromEntries(
    [...state].map(([name, { data }]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
    ]),
  );
}

/** The nearest float16, of equally near ones the even one. */
function halfOf(x: number): number {
  if (!Number.isFinite(x) || x === 0) return x;
  const size = Math.abs(x);
  if (size >= 65520) return Math.sign(x) * Number.POSITIVE_INFINITY;
  const quantum = 2 ** (Math.max(-14, Math.floor(Math.log2(size))) - 10);
  const steps = Math.floor(size / quantum);
  const rest = size / quantum - steps;
  const isUp = rest > 0.5 || (rest === 0.5 && steps % 2 === 1);
  return Math.sign(x) * (steps + (isUp ? 1 : 0)) * quantum;
}

describe.skipIf(!available)("a residual network", () => {
  test("trains as on the reference", async () => {
    const engine = await open(webgpuRuntime);
    const oracle = await open(referenceRuntime);
    const [actual, expected] = [await trainResidual(engine, 1, 3), await trainResidual(oracle, 1, 3)];
    for (const [i, loss] of expected.losses.entries()) {
      expect(actual.losses[i]).toBeCloseTo(loss, 5);
      expect(actual.norms[i]).toBeCloseTo(expected.norms[i]!, 5);
    }
    const weights = await engine.readWeights();
    for (const [name, { data }] of await oracle.readWeights()) {
      const held = toNumbers(weights.get(name)!.data);
      for (const [i, value] of toNumbers(data).entries()) expect(held[i], name).toBeCloseTo(value, 4);
    }
  });

  test("gives the same bits in two runs, and in one that is resumed", async () => {
    const [whole, again] = [await open(webgpuRuntime), await open(webgpuRuntime)];
    const first = await trainResidual(whole, 1, 20);
    expect(await trainResidual(again, 1, 9)).toEqual({
      losses: first.losses.slice(0, 9),
      norms: first.norms.slice(0, 9),
    });
    const resumed = await open(webgpuRuntime);
    await resumed.writeState(await again.readState());
    expect((await trainResidual(resumed, 10, 20)).losses).toEqual(first.losses.slice(9));
    expect(await bitsOf(resumed)).toEqual(await bitsOf(whole));
  });

  test("trains in 16-mixed near float32, its overflows leave no trace in weights and optimizer", async () => {
    const oracle = await open(referenceRuntime);
    const engine = await open(webgpuRuntime, {
      precision: "16-mixed",
      lossScaling: { initScale: 2 ** 40, backoffFactor: 2 ** -12 },
    });
    const before = await bitsOf(engine);
    let skipped = 0;
    while (!Number.isFinite((await trainResidual(engine, 1, 1)).norms[0]!)) skipped++;
    expect(skipped).toBeGreaterThan(0);
    expect(engine.scaler!.skippedSteps).toBe(skipped);
    expect(engine.scaler!.scale).toBe(2 ** (40 - 12 * skipped));
    expect(await bitsOf(engine)).not.toEqual(before);
    const { losses } = await trainResidual(engine, 2, 4);
    const expected = await trainResidual(oracle, 1, 4);
    for (const [i, loss] of losses.entries()) {
      expect(Math.abs(loss - expected.losses[i + 1]!)).toBeLessThan(0.02);
    }
  });

  test("an overflow changes neither weights nor optimizer", async () => {
    const engine = await open(webgpuRuntime, { precision: "16-mixed", lossScaling: { initScale: 2 ** 60 } });
    const isStatistic = (name: string): boolean => /running_|num_batches/.test(name);
    const own = async (): Promise<[string, string][]> =>
      Object.entries(await bitsOf(engine)).filter(([name]) => !isStatistic(name));
    const before = await own();
    const { losses, norms } = await trainResidual(engine, 1, 1);
    expect(Number.isFinite(losses[0])).toBe(true);
    expect(Number.isFinite(norms[0])).toBe(false);
    expect(await own()).toEqual(before);
  });
});

test.skipIf(!available)(
  "float16 is rounded to the nearest even, beyond the largest to infinity",
  async () => {
    const numbers = [
      1.0009765625,
      1.00048828125,
      1.000732421875,
      65504,
      65519.9,
      65520,
      -1e6,
      6e-8,
      2.9e-8,
      3.1e-8,
      1e-5,
      6.1e-5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      0.1,
      1 / 3,
      -2049,
      2050.9,
      0,
    ].map(Math.fround);
    const session = await webgpuRuntime.open({ storages: [], precision: "16-mixed" });
    const graph = new Graph();
    const x = input(graph, "x", "float32", [1, 1, 1, numbers.length]);
    const w = input(graph, "w", "float32", [1, 1, 1, 1]);
    const params = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 } as const;
    const z = mul(conv2d(x, w, undefined, params), 1);
    const executable = await session.compile(createProgram({ name: "round", outputs: { z } }));
    const result = await executable.run({
      x: float32([1, 1, 1, numbers.length], Float32Array.from(numbers)),
      w: float32([1, 1, 1, 1], Float32Array.of(1)),
    });
    expect(toNumbers(result.z!.data)).toEqual(numbers.map(halfOf));
    await session.dispose();
  },
);

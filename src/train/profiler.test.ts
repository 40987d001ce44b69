import { expect, test } from "vitest";
import { RowLogger, run } from "../../test/train/run.ts";
import { Callback, type EventOf, type FitContext } from "./index.ts";
import { formatProfile, NO_PROFILER, profilerOf } from "./profiler.ts";

test("what is measured inside another counts for itself alone, until its promise is settled", async () => {
  let now = 0;
  const others = { waited: 3 };
  const profiler = profilerOf("simple", others, () => now);
  others.waited += 4;
  const spend = async (milliseconds: number): Promise<void> => {
    await Promise.resolve();
    now += milliseconds;
  };
  const numbers = async function* (): AsyncGenerator<number> {
    for (const n of [1, 2]) {
      await spend(10);
      yield n;
    }
  };
  const waited: number[] = [];
  for await (const n of profiler.waitingFor("data", numbers())) {
    waited.push(n);
    await profiler.measure("callback", async () => {
      await spend(5);
      await profiler.measure("checkpoint", () => spend(20));
      await spend(1);
    });
    now += 4;
  }
  expect(waited).toEqual([1, 2]);
  expect(profiler.measure("metrics", () => 7)).toBe(7);
  await expect(profiler.measure("failing", () => Promise.reject(new Error("mine")))).rejects.toThrow("mine");
  expect(profiler.profile()).toEqual({
    seconds: 0.08,
    otherSeconds: expect.closeTo(0.008, 12),
    waitedSeconds: 0.004,
    entries: [
      { name: "checkpoint", seconds: 0.04, calls: 2, meanMs: 20, share: 0.5 },
      { name: "data", seconds: 0.02, calls: 3, meanMs: expect.closeTo(20 / 3, 12), share: 0.25 },
      { name: "callback", seconds: 0.012, calls: 2, meanMs: 6, share: 0.15 },
      { name: "metrics", seconds: 0, calls: 1, meanMs: 0, share: 0 },
      { name: "failing", seconds: 0, calls: 1, meanMs: 0, share: 0 },
    ],
  });
  expect(formatProfile(profiler.profile()!).split("\n").slice(2)).toEqual([
    "checkpoint    0.040      2   20.000  50.0 %",
    "data          0.020      3    6.667  25.0 %",
    "callback      0.012      2    6.000  15.0 %",
    "metrics       0.000      1    0.000   0.0 %",
    "failing       0.000      1    0.000   0.0 %",
    "0.080 s in all, 0.008 s (10.0 %) of it in none of these",
    "0.004 s (5.0 %) spent waiting for other processes",
  ]);
});

test("a source that is left early is closed", async () => {
  let closed = false;
  const numbers = async function* (): AsyncGenerator<number> {
    try {
      for (let n = 0; ; n++) yield n;
    } finally {
      closed = true;
    }
  };
  for await (const n of profilerOf("simple").waitingFor("data", numbers())) if (n === 2) break;
  expect(closed).toBe(true);
});

test("off, it hands on what it is given", () => {
  const source = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("unused")) }) };
  expect(profilerOf(undefined)).toBe(NO_PROFILER);
  expect(NO_PROFILER.waitingFor("data", source)).toBe(source);
  expect(NO_PROFILER.profile()).toBeUndefined();
});

test("a fit counts what it does, and trains the same", async () => {
  class Watching extends Callback {
    override readonly stateKey = "Watching";
    override onValidationEnd(): void {}
    override async onFitEnd(_: EventOf<"fitEnd">, { log }: FitContext): Promise<void> {
      log({});
    }
  }
  const once = (profiler?: "simple") =>
    run({
      options: { maxEpochs: 2, accumulateGradBatches: 2, logEveryNSteps: 1, ...(profiler && { profiler }) },
      parts: { callbacks: [new Watching()], loggers: [new RowLogger()] },
    });
  const [profiled, plain] = [await once("simple"), await once()];
  expect(plain.result.profile).toBeUndefined();
  expect(profiled.weights).toEqual(plain.weights);
  expect(profiled.result.metrics).toEqual(plain.result.metrics);
  const { entries, seconds, otherSeconds } = profiled.result.profile!;
  expect(Object.fromEntries(entries.map(({ name, calls }) => [name, calls]))).toEqual({
    "train data": 6,
    "train forward and backward": 6,
    "train optimizer": 4,
    "train metrics": 8,
    "val data": 6,
    "val forward": 4,
    "val metrics": 6,
    "callback Watching": 3,
    // Start, a row for each of four steps and two epochs, finish.
    "logger rows": 7,
  });
  expect(entries.reduce((sum, entry) => sum + entry.seconds, otherSeconds)).toBeCloseTo(seconds, 9);
});

import { expect, test } from "vitest";
import { LinearData } from "../../test/train/linear-problem.ts";
import { run } from "../../test/train/run.ts";
import type { HostTensor } from "../core/index.ts";
import type { StageMetrics } from "../train/index.ts";
import { EarlyStopping, type EarlyStoppingOptions } from "./early-stopping.ts";

/** The k-th value at the k-th validation, the last for all others. */
class Given implements StageMetrics {
  #at = 0;
  readonly #values: readonly number[];
  constructor(values: readonly number[]) {
    this.#values = values;
  }
  update(): void {}
  compute(): Record<string, number> {
    return { given: this.#values[Math.min(this.#at++, this.#values.length - 1)]! };
  }
  direction(): "higher" {
    return "higher";
  }
  reset(): void {}
  state(): Record<string, HostTensor> {
    return {};
  }
  load(): void {}
}

/** Epochs done, and why it ended. */
async function stopped(
  values: readonly number[],
  options: EarlyStoppingOptions,
  valSamples = 6,
): Promise<[number, string | undefined]> {
  const { result } = await run({
    options: { maxEpochs: 9 },
    model: { metrics: { val: new Given(values) } },
    data: new LinearData({ name: "stopping", valSamples }),
    parts: { callbacks: [new EarlyStopping({ monitor: "val/given", ...options })] },
  });
  return [result.progress.epoch, result.reason];
}

test("stops as soon as the value is good enough, or bad enough", async () => {
  expect(await stopped([0.1, 0.9, 0.91], { stoppingThreshold: 0.9 })).toEqual([
    3,
    "val/given is 0.91, better than 0.9",
  ]);
  expect(await stopped([0.5, 0.1, 0.09], { divergenceThreshold: 0.1 })).toEqual([
    3,
    "val/given is 0.09, worse than 0.1",
  ]);
  expect((await stopped([5, 2, 1.9], { mode: "min", stoppingThreshold: 2 }))[0]).toBe(3);
  expect((await stopped([5, 8, 8.1], { mode: "min", divergenceThreshold: 8 }))[0]).toBe(3);
});

test("a value that is not finite stops at once, or counts as no improvement", async () => {
  expect(await stopped([0.5, Number.NaN], {})).toEqual([2, "val/given is NaN"]);
  expect((await stopped([0.5, Number.NaN], { checkFinite: false, patience: 3 }))[0]).toBe(4);
  expect((await stopped([Number.NaN, 0.5, 0.4], { checkFinite: false, patience: 2 }))[0]).toBe(4);
});

test("a value that is never logged is an error, or a warning", async () => {
  await expect(stopped([0.5], { monitor: "val/gvien" })).rejects.toMatchObject({ code: "MONITOR" });
  const lines: string[] = [];
  const output = { write: (line: string) => lines.push(line) };
  expect((await stopped([0.5], { monitor: "val/gvien", strict: false, output }))[0]).toBe(9);
  expect(lines).toEqual(["warning: callbacks.early_stopping.monitor: nothing is logged as val/gvien\n"]);
});

test("without validation it looks when an epoch ends, or where it is told to", async () => {
  expect((await stopped([], { monitor: "train/loss", mode: "min", stoppingThreshold: 100 }, 0))[0]).toBe(1);
  expect((await stopped([0.1, 0.9, 0.2], { stoppingThreshold: 0.8, checkOnTrainEpochEnd: true }))[0]).toBe(2);
});

test("which way is better follows the metric, and is asked for where nothing says it", async () => {
  expect((await stopped([0.5], { monitor: "val/loss", patience: 1, minDelta: 1e9 }))[0]).toBe(2);
  expect((await stopped([0.1, 0.2, 0.3], { patience: 1 }))[0]).toBe(4);
  await expect(stopped([0.5], { monitor: "lr", patience: 1 })).rejects.toMatchObject({
    code: "MONITOR_MODE",
  });
});

test("patience 0 stops at the first value that is no better", async () => {
  expect((await stopped([0.1, 0.2, 0.3, 0.2], { patience: 0 }))[0]).toBe(4);
});

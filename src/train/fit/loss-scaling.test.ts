// Fits with a scaled loss: steps that overflow are left out and counted, resumed runs are equal to the bit.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LinearData } from "../../../test/train/linear-problem.ts";
import { RowLogger, type Run, type RunOptions, run, SaveWhenInterrupted } from "../../../test/train/run.ts";
import { AdamW, StepLR } from "../../optim/index.ts";
import type { Runtime } from "../../runtime/contract.ts";
import { onnxRuntime } from "../../runtime/onnxruntime/index.ts";
import { loadCheckpointOrPrevious } from "../checkpoint/checkpoint.ts";

/** A runtime that says it computes in 16-mixed: float32 overflows too, from scales near its largest number on. */
const runtime: Runtime = {
  name: "onnxruntime",
  probe: () => onnxRuntime.probe(),
  open: (options) => onnxRuntime.open({ ...options, precision: "32-true" }),
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "classifier-training-scaling-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function settings(initScale: number, precision: "32-true" | "16-mixed" = "16-mixed"): RunOptions {
  return {
    options: { maxEpochs: 3, precision, logEveryNSteps: 1, accumulateGradBatches: 2, gradientClipVal: 0 },
    // Weights that are soon far off have gradients that overflow under a large scale.
    model: {
      learningRate: 20,
      optimizer: () => new AdamW({ weightDecay: 0.1 }),
      scheduler: () => new StepLR({ interval: "step", stepSize: 1, gamma: 0.5 }),
    },
    data: new LinearData({ name: "scaling", samples: 19, batch: 4, shuffle: true }),
    parts: { runtime, lossScaling: { initScale, growthInterval: 3 } },
  };
}

function rates({ events }: Run): number[] {
  return events.flatMap((event) => (event.type === "trainBatchEnd" ? [event.learningRate] : []));
}

test("a scale that a power of two is changes no bit", async () => {
  const scaled = await run(settings(2 ** 16));
  expect(scaled.weights).toEqual((await run(settings(1, "32-true"))).weights);
  expect(scaled.result.metrics["train/skipped_steps"]).toBe(0);
  expect(scaled.result.metrics["train/loss_scale"]).toBeGreaterThan(2 ** 16);
});

test("steps that overflow are left out, counted and logged; the schedule goes on, as Lightning has it", async () => {
  const logger = new RowLogger();
  const overflowing = settings(2 ** 127);
  const { result, events } = await run({
    ...overflowing,
    parts: { ...overflowing.parts, loggers: [logger] },
  });
  const skipped = result.metrics["train/skipped_steps"]!;
  expect(skipped).toBeGreaterThan(0);
  expect(skipped).toBeLessThan(result.progress.step);
  expect(result.progress.lostSteps).toBe(skipped);
  expect(events.some(({ type }) => type === "nonFinite")).toBe(false);
  const epochs = logger.rows.filter(({ kind }) => kind === "epoch");
  expect(epochs.at(-1)!.metrics).toMatchObject({
    "train/skipped_steps": skipped,
    "train/loss_scale": result.metrics["train/loss_scale"],
  });
  expect(rates({ events } as Run)).toEqual(rates(await run(settings(1))));
});

test("a run that was interrupted goes on with its scale, to the bit", async () => {
  const whole = await run(settings(2 ** 127));
  let resumed = 0;
  for (let place = 0; place < whole.events.length; place += 3) {
    const path = join(folder, `cut-${place}.safetensors`);
    const controller = new AbortController();
    const cut = settings(2 ** 127);
    let events = 0;
    const parts = { ...cut.parts, callbacks: [new SaveWhenInterrupted(path)] };
    const watch = (): void => {
      if (events++ === place) controller.abort();
    };
    const { result } = await run({ ...cut, parts, fit: { signal: controller.signal }, watch });
    if (result.status !== "interrupted") continue;
    const checkpoint = await loadCheckpointOrPrevious(path);
    const rest = await run({ ...settings(2 ** 127), parts, fit: { checkpoint } });
    expect(rest.weights).toEqual(whole.weights);
    expect(rest.result.metrics["train/loss_scale"]).toBe(whole.result.metrics["train/loss_scale"]);
    expect(rest.result.metrics["train/skipped_steps"]).toBe(whole.result.metrics["train/skipped_steps"]);
    resumed++;
  }
  expect(resumed).toBeGreaterThan(3);
});

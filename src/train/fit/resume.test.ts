import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LinearData } from "../../../test/train/linear-problem.ts";
import { RowLogger, type Run, type RunOptions, run, SaveWhenInterrupted } from "../../../test/train/run.ts";
import type { TrainerData } from "../../core/index.ts";
import { AdamW, CosineAnnealingLR, ReduceLROnPlateau } from "../../optim/index.ts";
import { Callback } from "../callback.ts";
import { loadCheckpoint, loadCheckpointOrPrevious } from "../checkpoint/checkpoint.ts";
import type { FitContext } from "../context.ts";
import type { EventOf } from "../events.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "classifier-training-resume-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Everything that could differ after a resumption. */
const ENDURANCE: RunOptions = {
  options: { maxEpochs: 2, accumulateGradBatches: 2, valCheckInterval: 2, logEveryNSteps: 1 },
  model: {
    dropout: 0.4,
    optimizer: () => new AdamW({ weightDecay: 0.1, amsgrad: true }),
    scheduler: () => new CosineAnnealingLR({ interval: "step" }),
  },
  parts: { average: { decay: 0.9 } },
};
const enduranceData = (): TrainerData =>
  new LinearData({ name: "endurance", samples: 19, batch: 4, shuffle: true });

async function interruptedAt(
  place: number,
  settings: RunOptions = ENDURANCE,
): Promise<[Run, RowLogger] | undefined> {
  const path = join(folder, `cut-${place}.safetensors`);
  const logger = new RowLogger();
  const controller = new AbortController();
  let events = 0;
  const parts = { ...settings.parts, loggers: [logger], callbacks: [new SaveWhenInterrupted(path)] };
  const cut = await run({
    ...settings,
    data: enduranceData(),
    parts,
    fit: { signal: controller.signal },
    watch: () => {
      if (events++ === place) controller.abort();
    },
  });
  if (cut.result.status !== "interrupted") return undefined;
  const checkpoint = await loadCheckpointOrPrevious(path);
  return [await run({ ...settings, data: enduranceData(), parts, fit: { checkpoint } }), logger];
}

describe("a run that was interrupted", () => {
  test("at any event continues to the bit of the one that never stopped", async () => {
    const logger = new RowLogger();
    const whole = await run({
      ...ENDURANCE,
      data: enduranceData(),
      parts: { ...ENDURANCE.parts, loggers: [logger] },
    });
    const comparable = ({ result, weights, averages }: Run): unknown => ({
      weights,
      averages,
      metrics: result.metrics,
      progress: { ...result.progress, seconds: 0 },
    });
    expect(whole.averages).not.toEqual(whole.weights);
    let resumed = 0;
    for (let place = 0; place < whole.events.length; place++) {
      const again = await interruptedAt(place);
      if (again === undefined) continue;
      resumed++;
      const label = `interrupted at event ${place}, ${whole.events[place]!.type}`;
      expect(comparable(again[0]), label).toEqual(comparable(whole));
      expect(again[1].rows, label).toEqual(logger.rows);
    }
    expect(resumed).toBeGreaterThan(whole.events.length / 2);
  });

  test("a plateau is remembered", async () => {
    const settings: RunOptions = {
      options: { maxEpochs: 6 },
      model: {
        scheduler: () => new ReduceLROnPlateau({ patience: 1, factor: 0.5, threshold: 1 }),
      },
    };
    const whole = await run({ ...settings, data: enduranceData() });
    const rates = whole.events.flatMap((event) =>
      event.type === "trainBatchEnd" ? [event.learningRate] : [],
    );
    expect(new Set(rates).size).toBeGreaterThan(2);
    for (const place of [10, 25, 40]) {
      const again = await interruptedAt(place, settings);
      expect(again![0].weights).toEqual(whole.weights);
    }
  });

  test("is not resumed as another one: the difference is named", async () => {
    const path = join(folder, "identity.safetensors");
    const controller = new AbortController();
    await run({
      fit: { signal: controller.signal, identity: { classes: ["cat", "dog"], seed: 1 } },
      parts: { callbacks: [new SaveWhenInterrupted(path)] },
      watch: () => controller.abort(),
    });
    const checkpoint = await loadCheckpointOrPrevious(path);
    const resume = run({ fit: { checkpoint, identity: { classes: ["cat", "owl"], seed: 1 } } });
    await expect(resume).rejects.toMatchObject({
      kind: "usage",
      code: "RESUME_MISMATCH",
      message: 'the checkpoint belongs to another run: classes was ["cat","dog"], is ["cat","owl"]',
    });
  });

  test("weights alone are no run to resume", async () => {
    const path = join(folder, "weights.safetensors");
    class SaveWeights extends Callback {
      override readonly stateKey = "SaveWeights";
      override async onFitEnd(_: EventOf<"fitEnd">, context: FitContext): Promise<void> {
        await context.saveWeights(path);
      }
    }
    const { averages } = await run({
      parts: { callbacks: [new SaveWeights()], average: { decay: 0.5 } },
    });
    const saved = await loadCheckpoint(path);
    expect(saved).toMatchObject({ kind: "weights", state: { weights: "average", epoch: 2, step: 6 } });
    expect(Array.from(saved.tensors.get("weight")!.data as Float64Array)).toEqual(averages);
    const resume = run({ fit: { checkpoint: { ...saved, path, warning: undefined } } });
    await expect(resume).rejects.toMatchObject({ code: "RESUME_WEIGHTS" });
  });
});

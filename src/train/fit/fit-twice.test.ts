import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LinearData, LinearModel } from "../../../test/train/linear-problem.ts";
import { RowLogger, SaveWhenInterrupted } from "../../../test/train/run.ts";
import { AdamW } from "../../optim/index.ts";
import { referenceRuntime } from "../../runtime/reference/index.ts";
import { type LoadedCheckpoint, loadCheckpoint } from "../checkpoint/checkpoint.ts";
import type { FitOptions } from "../trainer.ts";
import { Trainer } from "../trainer.ts";

const data = () => new LinearData({ name: "twice", samples: 16, batch: 4 });
const adam = () => new LinearModel({ optimizer: () => new AdamW({ weightDecay: 0 }), learningRate: 0.01 });
const OPTIONS = { maxEpochs: 2, numSanityValSteps: 0, gradientClipVal: 0 };

async function fitted(trainer: Trainer, model: LinearModel, options: FitOptions = {}): Promise<number[]> {
  for await (const _ of trainer.fit(model, data(), options));
  return weightsOf(trainer);
}

const weightsOf = async (trainer: Trainer): Promise<number[]> =>
  Array.from((await trainer.engine!.readWeights()).get("weight")!.data as Float64Array);

describe("a trainer that is used again", () => {
  test("goes on with the weights of the model, moments and steps beginning anew", async () => {
    await using trainer = new Trainer(OPTIONS, { runtime: referenceRuntime });
    const model = adam();
    await fitted(trainer, model);
    const between = await trainer.engine!.readWeights();
    const twice = await fitted(trainer, model);
    await using fresh = new Trainer(OPTIONS, { runtime: referenceRuntime });
    expect(await fitted(fresh, adam(), { weights: between })).toEqual(twice);
  });

  test("with another model trains and tests that one", async () => {
    await using trainer = new Trainer(OPTIONS, { runtime: referenceRuntime });
    await fitted(trainer, adam());
    const other = adam();
    for await (const _ of trainer.test(other, data()));
    expect(await weightsOf(trainer)).toEqual([1, -0.5]);
    await using fresh = new Trainer(OPTIONS, { runtime: referenceRuntime });
    expect(await fitted(trainer, other)).toEqual(await fitted(fresh, adam()));
  });
});

describe("a loop over a fit that is left early", () => {
  test.each([0, 1, 2, 5, 8, 11])(
    "at event %d ends it as interrupted, to be resumed to the bit",
    async (place) => {
      const folder = await mkdtemp(join(tmpdir(), "classifier-training-left-"));
      try {
        const path = join(folder, "last.safetensors");
        const logger = new RowLogger();
        const options = { ...OPTIONS, accumulateGradBatches: 3 };
        const parts = {
          runtime: referenceRuntime,
          callbacks: [new SaveWhenInterrupted(path)],
          loggers: [logger],
        };
        await using left = new Trainer(options, parts);
        let seen = 0;
        for await (const _ of left.fit(adam(), data())) if (seen++ === place) break;
        expect(logger.calls).toEqual(["start", "interrupted"]);
        const checkpoint: LoadedCheckpoint = { ...(await loadCheckpoint(path)), path, warning: undefined };
        await using resumed = new Trainer(options, { runtime: referenceRuntime });
        await using whole = new Trainer(options, { runtime: referenceRuntime });
        expect(await fitted(resumed, adam(), { checkpoint })).toEqual(await fitted(whole, adam()));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findRuntimes } from "../../test/conformance/runtimes.ts";
import { LinearData, LinearModel } from "../../test/train/linear-problem.ts";
import { SaveWhenInterrupted } from "../../test/train/run.ts";
import { hostTensor } from "../core/index.ts";
import { matmul, reshape, type Value } from "../graph/index.ts";
import { BatchNorm2d, Module, Parameter, type StateDict } from "../nn/index.ts";
import type { Runtime } from "../runtime/contract.ts";
import { referenceRuntime } from "../runtime/reference/index.ts";
import {
  Callback,
  type EventOf,
  type FitContext,
  loadCheckpointOrPrevious,
  Trainer,
} from "../train/index.ts";
import { EMA } from "./ema.ts";
import { StochasticWeightAveraging } from "./stochastic-weight-averaging.ts";

class NormalisedNetwork extends Module {
  readonly norm = new BatchNorm2d(2);
  readonly weight = new Parameter([1, 2], (shape) => hostTensor("float32", shape, Float32Array.of(1, -0.5)));

  override forward(x: Value): Value {
    const normalised = this.norm.call(reshape(x, [x.shape[0]!, 2, 1, 1]));
    return matmul(reshape(normalised, [x.shape[0]!, 2]), this.weight.value, false, true);
  }
}

class NormalisedModel extends LinearModel {
  override readonly network: Module = new NormalisedNetwork();
}

/** Weights and average behind every epoch's last step, and each step's learning rate. */
class Watching extends Callback {
  override readonly stateKey = "Watching";
  readonly live: StateDict[] = [];
  readonly rates: number[] = [];
  override async onTrainBatchEnd(event: EventOf<"trainBatchEnd">, context: FitContext): Promise<void> {
    if (event.batchIndex === 0) this.rates.push(event.learningRate);
    if (event.batchIndex === context.trainBatchCount - 1) this.live.push(await context.engine.readWeights());
  }
}

const data = new LinearData({ name: "swa", samples: 12 });
const options = {
  swaLrs: 0.02,
  swaEpochStart: 0.5,
  annealingEpochs: 2,
  annealingStrategy: "linear",
} as const;

async function average(
  runtime: Runtime,
  { stopAt, path = "" }: { stopAt?: number; path?: string } = {},
): Promise<{ average: StateDict; watching: Watching; events: number; interrupted: boolean }> {
  const watching = new Watching();
  const fitted = async (resume: boolean): ReturnType<typeof average> => {
    const controller = new AbortController();
    const callbacks = [new StochasticWeightAveraging(options), watching, new SaveWhenInterrupted(path)];
    await using trainer = new Trainer({ maxEpochs: 6, numSanityValSteps: 0 }, { runtime, callbacks });
    const checkpoint = resume ? await loadCheckpointOrPrevious(path) : undefined;
    const fit = trainer.fit(new NormalisedModel(), data, { checkpoint, signal: controller.signal });
    let events = 0;
    let next = await fit.next();
    for (; !next.done; next = await fit.next()) if (events++ === stopAt && !resume) controller.abort();
    return {
      average: await trainer.engine!.readWeights("average"),
      watching,
      events,
      interrupted: next.value.status === "interrupted",
    };
  };
  const first = await fitted(false);
  return first.interrupted ? { ...(await fitted(true)), interrupted: true } : first;
}

const numbers = (state: StateDict, name: string): number[] => Array.from(state.get(name)!.data, Number);

describe.each(await findRuntimes())("on $name", ({ runtime, available }) => {
  test.skipIf(!available)("the mean of the last epochs' weights, with statistics of its own", async () => {
    const { average: mean, watching } = await average(runtime);
    for (const name of ["weight", "norm.weight", "norm.bias"]) {
      const ends = watching.live.slice(3).map((state) => numbers(state, name));
      for (const [i, value] of numbers(mean, name).entries()) {
        expect(value).toBeCloseTo(
          ends.reduce((sum, end) => sum + end[i]! / 3, 0),
          6,
        );
      }
    }
    const statistics = { mean: [0, 0], variance: [0, 0] };
    for await (const { images } of data.trainLoader(5)) {
      for (const c of [0, 1]) {
        const values = Array.from(images.data, Number).filter((_, i) => i % 2 === c);
        const own = values.reduce((a, b) => a + b) / values.length;
        statistics.mean[c]! += own / 3;
        statistics.variance[c]! += values.reduce((a, b) => a + (b - own) ** 2, 0) / (values.length - 1) / 3;
      }
    }
    for (const c of [0, 1]) {
      expect(numbers(mean, "norm.running_mean")[c]).toBeCloseTo(statistics.mean[c]!, 5);
      expect(numbers(mean, "norm.running_var")[c]).toBeCloseTo(statistics.variance[c]!, 5);
    }
  });
});

test("the learning rate is annealed as torch's SWALR has it", async () => {
  const { watching } = await average(referenceRuntime);
  for (const [i, rate] of [0.1, 0.1, 0.1, 0.1, 0.06, 0.02].entries()) {
    expect(watching.rates[i]).toBeCloseTo(rate, 12);
  }
  // torch.optim.swa_utils.SWALR(optimizer, swa_lr=0.02, anneal_epochs=4, anneal_strategy="cos") from 0.1.
  const cosine = new StochasticWeightAveraging({ swaLrs: 0.02, swaEpochStart: 1, annealingEpochs: 4 });
  const rates = [0, 1, 2, 3, 4, 5].map((epoch) => cosine.learningRate(epoch, 0.1, { maxEpochs: 6 })!);
  for (const [i, rate] of [0.1, 0.0882842712, 0.06, 0.0317157288, 0.02, 0.02].entries()) {
    expect(rates[i]).toBeCloseTo(rate, 9);
  }
});

describe("resumed", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "swa-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("at any event it gives the same bits", async () => {
    const whole = await average(referenceRuntime);
    let resumed = 0;
    for (let stopAt = 0; stopAt < whole.events; stopAt++) {
      const again = await average(referenceRuntime, { stopAt, path: join(folder, `${stopAt}.safetensors`) });
      if (again.interrupted) resumed++;
      expect(again.average, `stopped at event ${stopAt}`).toEqual(whole.average);
    }
    expect(resumed).toBeGreaterThan(whole.events / 2);
  });
});

test("two averages exclude each other", async () => {
  const callbacks = [new EMA(), new StochasticWeightAveraging({ swaLrs: 0.1 })];
  await using trainer = new Trainer({}, { runtime: referenceRuntime, callbacks });
  await expect(trainer.open(new LinearModel())).rejects.toMatchObject({
    kind: "usage",
    code: "WEIGHT_AVERAGES",
    message: "EMA and StochasticWeightAveraging exclude each other: one average of the weights is kept",
  });
});

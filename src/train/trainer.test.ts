import { describe, expect, test } from "vitest";
import { FIRST_WEIGHTS, LinearData, LinearModel } from "../../test/train/linear-problem.ts";
import { RowLogger, run } from "../../test/train/run.ts";
import type { TrainerData } from "../core/index.ts";
import {
  Adagrad,
  Adam,
  AdamW,
  NAdam,
  OneCycleLR,
  type Optimizer,
  RAdam,
  ReduceLROnPlateau,
  RMSprop,
  SGD,
} from "../optim/index.ts";
import { referenceRuntime } from "../runtime/reference/index.ts";
import { Callback } from "./callback.ts";
import type { FitContext } from "./context.ts";
import type { EventOf, TrainingEvent } from "./events.ts";
import { resolveTrainerOptions, type TrainerOptions } from "./options.ts";
import { Trainer } from "./trainer.ts";

const types = (events: readonly TrainingEvent[]): string[] => events.map(({ type }) => type);
const count = (events: readonly TrainingEvent[], type: TrainingEvent["type"]): number =>
  events.filter((event) => event.type === type).length;

describe("events", () => {
  test("come in the order of the table", async () => {
    const { events } = await run({
      options: { maxEpochs: 1, numSanityValSteps: 1 },
    });
    expect(types(events)).toEqual([
      "fitStart",
      "validationStart",
      "validationBatchEnd",
      "validationEnd",
      "trainStart",
      "trainEpochStart",
      "trainBatchEnd",
      "trainBatchEnd",
      "trainBatchEnd",
      "validationStart",
      "validationBatchEnd",
      "validationBatchEnd",
      "validationEnd",
      "trainEpochEnd",
      "trainEnd",
      "fitEnd",
    ]);
    const sanity = events.flatMap((event) => ("sanityCheck" in event ? [event.sanityCheck] : []));
    expect(sanity).toEqual([true, true, true, false, false, false, false]);
  });

  test("callbacks see them first, those that run last behind the others", async () => {
    const seen: string[] = [];
    const observer = (name: string, runsLast: boolean): Callback =>
      new (class extends Callback {
        override readonly stateKey = name;
        override readonly runsLast = runsLast;
        override onTrainEpochEnd(): void {
          seen.push(name);
        }
      })();
    await run({
      options: { maxEpochs: 1 },
      parts: {
        callbacks: [observer("checkpoint", true), observer("first", false), observer("second", false)],
      },
      watch: ({ type }) => {
        if (type === "trainEpochEnd") seen.push("consumer");
      },
    });
    expect(seen).toEqual(["first", "second", "checkpoint", "consumer"]);
  });

  test("an error of a callback ends the fit, which others are told", async () => {
    let told: unknown;
    class Failing extends Callback {
      override readonly stateKey = "Failing";
      override onTrainBatchEnd(): void {
        throw new Error("mine");
      }
      override onFitEnd({ status, error }: EventOf<"fitEnd">): void {
        told = { status, error: (error as Error).message };
      }
    }
    await expect(run({ parts: { callbacks: [new Failing()] } })).rejects.toThrow("mine");
    expect(told).toEqual({ status: "failed", error: "mine" });
  });
});

describe("how much is done", () => {
  const of = async (options: TrainerOptions, data?: TrainerData): Promise<Record<string, number>> => {
    const { events, result } = await run({ options, ...(data === undefined ? {} : { data }) });
    return {
      epochs: result.progress.epoch,
      steps: result.progress.step,
      trainBatches: count(events, "trainBatchEnd"),
      validations: count(events, "validationEnd"),
      valBatches: count(events, "validationBatchEnd"),
    };
  };

  test.each<[string, TrainerOptions, Record<string, number>]>([
    ["everything", {}, { epochs: 2, steps: 6, trainBatches: 6, validations: 2, valBatches: 4 }],
    [
      "limits as counts",
      { limitTrainBatches: 2, limitValBatches: 1 },
      { steps: 4, trainBatches: 4, valBatches: 2 },
    ],
    ["limits as shares", { limitTrainBatches: 0.4, limitValBatches: 0.5 }, { steps: 2, valBatches: 2 }],
    ["no validation", { limitValBatches: 0 }, { steps: 6, epochs: 2, validations: 0, valBatches: 0 }],
    [
      "no validation but for a batch to overfit",
      { limitValBatches: 0, overfitBatches: 1 },
      { steps: 2, validations: 2, valBatches: 2 },
    ],
    ["fast dev run", { fastDevRun: 1, maxEpochs: 7 }, { epochs: 1, steps: 1, validations: 1, valBatches: 1 }],
    ["validation every other epoch", { checkValEveryNEpoch: 2 }, { validations: 1 }],
    ["validation after each third of an epoch", { valCheckInterval: 1 / 3 }, { validations: 6 }],
    ["validation after two batches", { valCheckInterval: 2 }, { validations: 2, steps: 6 }],
    ["the same batch again and again", { overfitBatches: 1, maxEpochs: 3 }, { steps: 3, valBatches: 3 }],
    [
      "a number of steps, the epoch closed",
      { maxSteps: 4, maxEpochs: 9 },
      { steps: 4, epochs: 2, validations: 2 },
    ],
    ["no time at all", { maxSeconds: 1e-9, maxEpochs: 9 }, { steps: 1, epochs: 1, validations: 1 }],
    ["accumulation", { accumulateGradBatches: 2 }, { steps: 4, trainBatches: 6 }],
    ["a sanity check", { numSanityValSteps: 1 }, { validations: 3, valBatches: 5, steps: 6 }],
  ])("%s", async (_, options, expected) => {
    expect(await of(options)).toMatchObject(expected);
  });

  test("without a validation split nothing is validated", async () => {
    expect(await of({ numSanityValSteps: 2 }, new LinearData({ name: "none", valSamples: 0 }))).toMatchObject(
      {
        validations: 0,
        steps: 6,
      },
    );
  });

  test("a fast dev run leaves out loggers, checkpoints and early stopping", async () => {
    const logger = new RowLogger();
    let told = false;
    class Writer extends Callback {
      override readonly stateKey = "Writer";
      override readonly runsInFastDevRun = false;
      override onFitEnd(): void {
        told = true;
      }
    }
    await run({ options: { fastDevRun: 1 }, parts: { callbacks: [new Writer()], loggers: [logger] } });
    expect([logger.rows, told]).toEqual([[], false]);
  });

  test("an interval that no epoch reaches is refused, where anything is validated", async () => {
    await expect(of({ valCheckInterval: 4 })).rejects.toMatchObject({
      kind: "usage",
      code: "VAL_CHECK_INTERVAL",
      message: "trainer.val_check_interval is 4, an epoch has 3 batches: it would never validate",
    });
    await of({ valCheckInterval: 4 }, new LinearData({ name: "none", valSamples: 0 }));
  });

  test("a stop waits for the end of the epoch, and for minEpochs", async () => {
    class Stopper extends Callback {
      override readonly stateKey = "Stopper";
      override onTrainBatchEnd(_: EventOf<"trainBatchEnd">, context: FitContext): void {
        context.stop("enough");
      }
    }
    const { result } = await run({ options: { maxEpochs: 9 }, parts: { callbacks: [new Stopper()] } });
    expect(result).toMatchObject({ status: "stopped", reason: "enough", progress: { epoch: 1, step: 3 } });
    const later = await run({
      options: { maxEpochs: 9, minEpochs: 3 },
      parts: { callbacks: [new Stopper()] },
    });
    expect(later.result.progress.epoch).toBe(3);
    const steps = await run({
      options: { maxEpochs: 9, minSteps: 4 },
      parts: { callbacks: [new Stopper()] },
    });
    expect(steps.result.progress.epoch).toBe(2);
  });
});

test("a time is days, hours, minutes and seconds; the shorter limit holds", () => {
  expect(resolveTrainerOptions({ maxTime: "01:02:03:04" }).maxSeconds).toBe(93784);
  expect(resolveTrainerOptions({ maxTime: "00:00:01:00", maxSeconds: 5 }).maxSeconds).toBe(5);
  expect(() => resolveTrainerOptions({ maxTime: "12h" })).toThrowError(
    expect.objectContaining({ code: "DURATION", message: '"12h" is no duration' }),
  );
});

test.each<Optimizer>([
  new SGD(),
  new Adam(),
  new AdamW(),
  new AdamW({ weightDecay: 0 }),
  new NAdam(),
  new RAdam(),
  new RMSprop(),
  new Adagrad(),
])("trains with $name, weight decay $weightDecay", async (optimizer) => {
  const { weights } = await run({ options: { maxEpochs: 1 }, parts: { optimizer } });
  for (const [i, weight] of weights.entries()) expect(weight).not.toBe(FIRST_WEIGHTS[i]);
});

test("a test is events too, which callbacks see", async () => {
  const seen: string[] = [];
  class Watching extends Callback {
    override readonly stateKey = "Watching";
    override onTestStart({ batchCount }: EventOf<"testStart">): void {
      seen.push(`start ${batchCount}`);
    }
    override onTestBatchEnd({ batchIndex }: EventOf<"testBatchEnd">): void {
      seen.push(`batch ${batchIndex}`);
    }
    override onTestEnd({ metrics }: EventOf<"testEnd">): void {
      seen.push(Object.keys(metrics).join(" "));
    }
  }
  await using trainer = new Trainer({}, { runtime: referenceRuntime, callbacks: [new Watching()] });
  const events: TrainingEvent[] = [];
  for await (const event of trainer.test(new LinearModel(), new LinearData({ name: "trainer" })))
    events.push(event);
  expect(types(events)).toEqual(["testStart", "testBatchEnd", "testBatchEnd", "testEnd"]);
  expect(seen).toEqual(["start 2", "batch 0", "batch 1", "test/loss test/output_sum"]);
});

describe("numbers that are not finite", () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY])(
    "%s in a batch ends the fit at that step",
    async (value) => {
      const data = new LinearData({ name: "trainer" });
      const poisoned: TrainerData = {
        valLoader: () => data.valLoader(),
        testLoader: () => undefined,
        trainLoader: (epoch, options) => {
          const source = data.trainLoader(epoch, options);
          return {
            length: source.length,
            async *[Symbol.asyncIterator]() {
              let b = 0;
              for await (const batch of source) {
                if (epoch === 1 && b++ === 1) batch.labels.data[0] = value;
                yield batch;
              }
            },
          };
        },
      };
      await expect(run({ data: poisoned })).rejects.toMatchObject({
        kind: "non-finite",
        code: "NON_FINITE_LOSS",
        message: `the loss is ${value} at step 5`,
        where: "epoch 1, batch 1",
      });
    },
  );

  test("a gradient that overflows, though the loss did not", async () => {
    const weights = new Map([
      ["weight", { dtype: "float64", shape: [1, 2], data: Float64Array.of(1e200, 0) } as const],
    ]);
    const fit = run({ fit: { weights }, model: { learningRate: 1e-3 } });
    await expect(fit).rejects.toMatchObject({
      kind: "non-finite",
      message: expect.stringContaining("step 1"),
    });
  });
});

describe("schedulers", () => {
  test("momentum that the optimizer does not have is refused before anything runs", async () => {
    const model = { optimizer: () => new SGD(), scheduler: () => new OneCycleLR() };
    await expect(run({ model })).rejects.toMatchObject({ kind: "usage", code: "SCHEDULER_MOMENTUM" });
  });

  test("one cycle spans the training: from a 25th up to the learning rate and down", async () => {
    const model = {
      optimizer: () => new SGD({ momentum: 0.9 }),
      scheduler: () => new OneCycleLR(),
      learningRate: 0.5,
    };
    const { events } = await run({ options: { maxEpochs: 10 }, model });
    const rates = events.flatMap((event) => (event.type === "trainBatchEnd" ? [event.learningRate] : []));
    expect(rates).toHaveLength(30);
    expect(rates[0]).toBeCloseTo(0.02, 12);
    expect(Math.max(...rates)).toBeCloseTo(0.5, 12);
    expect(rates.indexOf(Math.max(...rates))).toBe(8);
    expect(rates.at(-1)).toBeCloseTo(0.02 / 1e4, 12);
  });

  test("a value that is never logged is named with the nearest one", async () => {
    const model = { scheduler: () => new ReduceLROnPlateau({ monitor: "val/los" }) };
    await expect(run({ model })).rejects.toMatchObject({
      code: "SCHEDULER_MONITOR",
      hint: 'did you mean "val/loss"?',
    });
  });
});

test("a share of an epoch is refused: nothing reduces the gradients of several processes", async () => {
  const options = { sampler: { worldSize: 2 } };
  const data = Object.assign(new LinearData({ name: "trainer" }), { options });
  await expect(run({ data })).rejects.toMatchObject({
    code: "NO_COLLECTIVE",
    where: "data.sampler.world_size",
  });
});

import { expect, test } from "vitest";
import { LinearData, LinearModel } from "../../test/train/linear-problem.ts";
import { RowLogger, run } from "../../test/train/run.ts";
import { hostTensor } from "../core/index.ts";
import { add, matmul, type Value } from "../graph/index.ts";
import { Module, Parameter } from "../nn/index.ts";
import { AdamW, OneCycleLR, SGD } from "../optim/index.ts";
import { referenceRuntime } from "../runtime/reference/index.ts";
import { fineTuningSchema, type LogRow, Trainer } from "../train/index.ts";
import { LearningRateMonitor, type LearningRateMonitorOptions } from "./learning-rate-monitor.ts";

const parameter = (...values: number[]): Parameter =>
  new Parameter([1, values.length], (shape) => hostTensor("float32", shape, Float32Array.from(values)));

class AffineNetwork extends Module {
  readonly weight = parameter(1, -0.5);
  readonly gain = new Parameter([1], (shape) => hostTensor("float32", shape, Float32Array.of(0)));
  override forward(x: Value): Value {
    return add(matmul(x, this.weight.value, false, true), this.gain.value);
  }
}

class AffineModel extends LinearModel {
  override readonly network: Module = new AffineNetwork();
}

/** The rows of a fit with a group of weights and one of the rest, which does not decay. */
async function rowsOfTwoGroups(options: LearningRateMonitorOptions): Promise<LogRow[]> {
  const logger = new RowLogger();
  await using trainer = new Trainer(
    { maxEpochs: 1, numSanityValSteps: 0, logEveryNSteps: 2 },
    {
      runtime: referenceRuntime,
      callbacks: [new LearningRateMonitor(options)],
      loggers: [logger],
      optimizer: new AdamW({ weightDecay: 0.1 }),
      fineTuning: fineTuningSchema.parse({ decayNormsAndBiases: false }),
    },
  );
  for await (const _ of trainer.fit(new AffineModel(), new LinearData({ name: "trainer" })));
  return logger.rows;
}

test("every group has its own values, by Lightning's names, in the epoch's row", async () => {
  const [step, epoch] = await rowsOfTwoGroups({ logMomentum: true, logWeightDecay: true });
  expect(Object.keys(step!.metrics)).toEqual(["train/loss_step", "lr"]);
  expect(epoch!.metrics).toMatchObject({
    "lr-AdamW/pg1": 0.1,
    "lr-AdamW/pg1-momentum": 0.9,
    "lr-AdamW/pg1-weight_decay": 0.1,
    "lr-AdamW/pg2": 0.1,
    "lr-AdamW/pg2-momentum": 0.9,
    "lr-AdamW/pg2-weight_decay": 0,
  });
});

test("or in rows of their own, every so many steps", async () => {
  const rows = await rowsOfTwoGroups({ loggingInterval: "step" });
  const own = { "lr-AdamW/pg1": 0.1, "lr-AdamW/pg2": 0.1 };
  expect(rows.slice(0, 2)).toMatchObject([{ step: 2 }, { step: 2, kind: "step", metrics: own }]);
  expect(rows.at(-1)!.metrics).not.toHaveProperty(["lr-AdamW/pg1"]);
});

test("the learning rate of an only group is not logged twice; the scheduler sets interval and momentum", async () => {
  const rowsOf = async (options: LearningRateMonitorOptions): Promise<LogRow[]> => {
    const logger = new RowLogger();
    await run({
      options: { maxEpochs: 4, logEveryNSteps: 1 },
      model: { optimizer: () => new SGD({ momentum: 0.9 }), scheduler: () => new OneCycleLR({}) },
      parts: { callbacks: [new LearningRateMonitor(options)], loggers: [logger] },
    });
    return logger.rows;
  };
  const namesIn = (rows: readonly LogRow[]): string[] => rows.flatMap(({ metrics }) => Object.keys(metrics));
  expect(namesIn(await rowsOf({})).filter((name) => name.startsWith("lr-"))).toEqual([]);
  const rows = await rowsOf({ logMomentum: true });
  const momenta = rows.flatMap(({ kind, metrics }) =>
    kind === "step" && "lr-SGD-momentum" in metrics ? [metrics["lr-SGD-momentum"]!] : [],
  );
  // From the highest down to where the rate is highest, and back.
  expect(momenta).toHaveLength(12);
  expect(momenta[0]).toBe(0.95);
  expect(Math.min(...momenta)).toBeLessThan(0.9);
});

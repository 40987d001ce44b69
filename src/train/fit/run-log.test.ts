// Loggers around fits and tests: each is started and finished once, and a test is a row of theirs.
import { describe, expect, test } from "vitest";
import { LinearData, LinearModel } from "../../../test/train/linear-problem.ts";
import { RowLogger, run } from "../../../test/train/run.ts";
import { referenceRuntime } from "../../runtime/reference/index.ts";
import type { TrainingEvent } from "../events.ts";
import { Trainer } from "../trainer.ts";

const data = new LinearData({ name: "run-log" });
const model = new LinearModel();

async function drain(events: AsyncIterable<TrainingEvent>): Promise<void> {
  for await (const _ of events);
}

function trainerWith(logger: RowLogger): Trainer {
  return new Trainer({ maxEpochs: 2 }, { runtime: referenceRuntime, loggers: [logger] });
}

describe("loggers", () => {
  test("take the test behind a fit as one row, and are finished with the trainer", async () => {
    const logger = new RowLogger();
    {
      await using trainer = trainerWith(logger);
      await drain(trainer.fit(model, data));
      await drain(trainer.test(model, data));
      expect(logger.calls).toEqual(["start"]);
    }
    expect(logger.calls).toEqual(["start", "completed"]);
    const tested = logger.rows.filter(({ kind }) => kind === "test");
    expect(tested).toMatchObject([{ epoch: 1, step: 6, metrics: { "test/loss": expect.any(Number) } }]);
    expect(logger.rows.at(-1)).toBe(tested[0]);
  });

  test("are finished before the next fit starts them", async () => {
    const logger = new RowLogger();
    await using trainer = trainerWith(logger);
    await drain(trainer.fit(model, data));
    await drain(trainer.fit(model, data));
    expect(logger.calls).toEqual(["start", "completed", "start"]);
  });

  test("do not hear of a test without a fit, nor of one after they are finished", async () => {
    const logger = new RowLogger();
    await using trainer = trainerWith(logger);
    await drain(trainer.test(model, data));
    expect(logger.rows).toEqual([]);
    await drain(trainer.fit(model, data));
    await trainer.finishLogging();
    await drain(trainer.test(model, data));
    expect(logger.rows.some(({ kind }) => kind === "test")).toBe(false);
  });

  test.each(["fitStart", "trainBatchEnd", "fitEnd"] as const)(
    "are finished once where the consumer leaves at %s",
    async (last) => {
      const logger = new RowLogger();
      {
        await using trainer = trainerWith(logger);
        for await (const { type } of trainer.fit(model, data)) if (type === last) break;
      }
      expect(logger.calls).toEqual(["start", last === "fitEnd" ? "completed" : "interrupted"]);
    },
  );

  test("are finished by an interrupted fit, and with a trainer whose fit was left in the middle", async () => {
    const logger = new RowLogger();
    await run({ parts: { loggers: [logger] }, fit: { signal: AbortSignal.abort() } });
    expect(logger.calls.splice(0)).toEqual(["start", "interrupted"]);
    const watch = (): never => {
      throw new Error("mine");
    };
    await expect(run({ parts: { loggers: [logger] }, watch })).rejects.toThrow("mine");
    expect(logger.calls).toEqual(["start", "failed"]);
  });
});

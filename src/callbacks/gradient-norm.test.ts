import { expect, test } from "vitest";
import { RowLogger, run } from "../../test/train/run.ts";
import { GradientNorm } from "./gradient-norm.ts";

test.each(["part", "group"] as const)("logs the total and the norm of each %s", async (per) => {
  const logger = new RowLogger();
  const { events } = await run({
    options: { maxEpochs: 1, logEveryNSteps: 1 },
    parts: { callbacks: [new GradientNorm({ per })], loggers: [logger] },
  });
  const last = events.findLast((event) => event.type === "trainBatchEnd")!;
  const { metrics } = logger.rows.at(-1)!;
  expect(metrics["train/grad_norm"]).toBe(last.gradientNorm);
  expect(metrics[`train/grad_norm/${per === "part" ? "weight" : "group_0"}`]).toBeCloseTo(
    last.gradientNorm!,
    10,
  );
});

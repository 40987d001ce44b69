// With another number of processes an optimizer step keeps its samples, or the run is refused.
import { expect, test } from "vitest";
import { resumedBatches } from "./resumed-batches.ts";

const saved = (processes: number, batchSize: number, accumulate = 1) => ({
  state: {
    batchSize: batchSize * processes,
    ...(processes === 1 ? {} : { processes }),
    identity: { "data.batch_size": String(batchSize), "trainer.accumulate_grad_batches": String(accumulate) },
  },
});

test.each([
  [4, 8, 1, 2, 2],
  [2, 8, 2, 4, 1],
  [1, 32, 1, 4, 4],
])(
  "%i processes of %i, accumulated %i times, become %i",
  (before, batchSize, accumulate, processes, expected) => {
    const own = { "data.batch_size": batchSize === 32 ? "2" : "8", seed: "1" };
    const now = { batchSize: Number(own["data.batch_size"]), processes };
    const resumed = resumedBatches(saved(before, batchSize, accumulate), now, { maxEpochs: 3 }, own);
    expect(resumed.trainer).toEqual({ maxEpochs: 3, accumulateGradBatches: expected });
    expect(resumed.identity).toMatchObject({
      seed: "1",
      ...saved(before, batchSize, accumulate).state.identity,
    });
    expect(resumed.notice).toContain(`trainer.accumulate_grad_batches=${expected}`);
  },
);

test("as many processes keep their settings", () => {
  const identity = { "data.batch_size": "4" };
  expect(resumedBatches(saved(2, 8), { batchSize: 4, processes: 2 }, {}, identity)).toEqual({
    trainer: {},
    identity,
  });
});

test("steps that cannot keep their samples are refused", () => {
  const resume = () => resumedBatches(saved(1, 8), { batchSize: 8, processes: 2 }, {}, {});
  expect(resume).toThrow("an optimizer step of 1 processes had 8 samples, a batch of 2 has 16");
});

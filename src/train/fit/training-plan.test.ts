import { describe, expect, test } from "vitest";
import { startOfTraining } from "./progress.ts";
import { schedulerStepsAhead, type TrainingPlan } from "./training-plan.ts";

const PLAN: TrainingPlan = { maxEpochs: 6, maxSteps: null, batchCount: 10, accumulate: 3 };

/** Goes through a training step by step. */
function counted(
  { maxEpochs: epochs, maxSteps, batchCount, accumulate }: TrainingPlan,
  { interval, frequency }: { interval: "epoch" | "step"; frequency: number },
  from: { epoch: number; batch: number; step: number },
): number {
  let { epoch, batch, step } = from;
  let count = 0;
  const [maxEpochs, limit] = [epochs, maxSteps].map((most) => most ?? Number.POSITIVE_INFINITY) as [
    number,
    number,
  ];
  while (epoch < maxEpochs && (step < limit || batch > 0)) {
    while (batch < batchCount && step < limit) {
      batch++;
      if (batch % accumulate !== 0 && batch !== batchCount) continue;
      step++;
      if (interval === "step" && batch % frequency === 0) count++;
    }
    epoch++;
    batch = 0;
    if (interval === "epoch" && epoch % frequency === 0) count++;
  }
  return count;
}

describe("the steps that a scheduler has ahead", () => {
  const places = [
    startOfTraining(),
    { epoch: 1, batch: 6, step: 6 },
    { epoch: 2, batch: 0, step: 8 },
    { epoch: 2, batch: 10, step: 12 },
    { epoch: 5, batch: 9, step: 23 },
    { epoch: 6, batch: 0, step: 24 },
  ];
  test.each(["epoch", "step"] as const)("are those that will be taken, per %s", (interval) => {
    for (const maxSteps of [null, 1, 4, 7, 8, 9, 13, 24, 100]) {
      for (const frequency of [1, 2, 3, 5]) {
        for (const place of places) {
          for (const maxEpochs of maxSteps === null ? [PLAN.maxEpochs] : [PLAN.maxEpochs, null]) {
            const plan = { ...PLAN, maxSteps, maxEpochs };
            const timing = { interval, frequency };
            expect(
              schedulerStepsAhead(plan, timing, place),
              JSON.stringify({ maxSteps, maxEpochs, frequency, place }),
            ).toBe(counted(plan, timing, place));
          }
        }
      }
    }
  });

  test.each(["epoch", "step"] as const)(
    "have no end where neither epochs nor steps have one, per %s",
    (interval) => {
      for (const frequency of [1, 2, 3, 11])
        expect(
          schedulerStepsAhead({ ...PLAN, maxEpochs: null }, { interval, frequency }, startOfTraining()),
        ).toBe(Number.POSITIVE_INFINITY);
    },
  );
});

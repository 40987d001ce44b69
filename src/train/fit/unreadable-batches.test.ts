// Batches none of whose samples can be read are left out by the data: epochs end, nothing is trained twice.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LinearData } from "../../../test/train/linear-problem.ts";
import { type Run, run, SaveWhenInterrupted } from "../../../test/train/run.ts";
import { loadCheckpointOrPrevious } from "../checkpoint/checkpoint.ts";
import type { TrainingEvent } from "../events.ts";

// Batches of 4, 4, 4, 4 and 2 rows.
const data = (unreadable: {
  readonly train?: readonly number[];
  readonly val?: readonly number[];
}): LinearData => new LinearData({ name: "trainer", samples: 18, unreadable });

const trained = ({ events }: Run): number[][] => {
  const epochs: number[][] = [[], []];
  for (const event of events) if (event.type === "trainBatchEnd") epochs[event.epoch]!.push(event.batchIndex);
  return epochs;
};

describe.each([
  ["the last", [4]],
  ["the first", [0]],
  ["some in the middle", [1, 2]],
  ["all but one", [0, 1, 2, 4]],
])("%s left out", (_, left) => {
  const rest = [0, 1, 2, 3, 4].filter((batch) => !left.includes(batch));

  test("every other batch is trained once an epoch", async () => {
    const result = await run({ data: data({ train: left }) });
    expect(result.result.status).toBe("completed");
    expect(trained(result)).toEqual([rest, rest]);
    expect(result.events.filter(({ type }) => type === "validationEnd")).toHaveLength(2);
  });

  test("a fit that is resumed behind any batch does the same", async () => {
    const folder = await mkdtemp(join(tmpdir(), "unreadable-"));
    try {
      const whole = await run({ data: data({ train: left }) });
      for (let stopAt = 1; stopAt < rest.length * 2; stopAt++) {
        const path = join(folder, `${stopAt}.safetensors`);
        const stop = new AbortController();
        let seen = 0;
        const watch = ({ type }: TrainingEvent): void => {
          if (type === "trainBatchEnd" && ++seen === stopAt) stop.abort();
        };
        const parts = { callbacks: [new SaveWhenInterrupted(path)] };
        await run({ data: data({ train: left }), parts, fit: { signal: stop.signal }, watch });
        const checkpoint = await loadCheckpointOrPrevious(path);
        const resumed = await run({ data: data({ train: left }), fit: { checkpoint } });
        expect(resumed.weights).toEqual(whole.weights);
        expect(resumed.result.metrics).toEqual(whole.result.metrics);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

test("a step whose last batch is left out is taken with the others", async () => {
  const options = { maxEpochs: 1, accumulateGradBatches: 2 };
  const steps = async (left: readonly number[]): Promise<number> => {
    const { events } = await run({ options, data: data({ train: left }) });
    return events.find((event) => event.type === "trainEpochEnd")!.progress.step;
  };
  // Batches 0 and 1, 2 and 3, 4 make a step each.
  expect(await steps([])).toBe(3);
  expect(await steps([1])).toBe(3);
  expect(await steps([4])).toBe(2);
  expect(await steps([2, 3])).toBe(2);
  const alone = await run({ options, data: data({ train: [1, 2, 3, 4] }) });
  const one = new LinearData({ name: "trainer", samples: 18 });
  const first = await run({ options: { ...options, limitTrainBatches: 1 }, data: one });
  expect(alone.weights).toEqual(first.weights);
});

test("nothing to train on", async () => {
  await expect(run({ data: data({ train: [0, 1, 2, 3, 4] }) })).rejects.toMatchObject({
    kind: "data",
    code: "NO_READABLE_PICTURE",
    message: expect.stringContaining("training"),
  });
});

test("nothing to validate on is no perfect validation", async () => {
  await expect(run({ data: data({ val: [0, 1] }) })).rejects.toMatchObject({
    kind: "data",
    code: "NO_READABLE_PICTURE",
    message: expect.stringContaining("validation"),
  });
});

// What the progress of a fit looks like in a log.
import { expect, test } from "vitest";
import type { EventOf, FitContext } from "../train/index.ts";
import { ProgressLine } from "./progress-line.ts";

test("the time left does not go by what the first batch waited for", () => {
  let now = 0;
  const lines: string[] = [];
  const output = { write: (text: string) => lines.push(text) > 0 };
  const progress = new ProgressLine({ output, interval: 1, clock: () => now });
  const context = { trainBatchCount: 10, options: { maxEpochs: 3 } } as FitContext;
  progress.onTrainEpochStart();
  for (const [batchIndex, seconds] of [40, 2, 2].entries()) {
    now += seconds * 1000;
    const event = { epoch: 0, batchIndex, samples: 8, loss: 0.5, learningRate: 0.01 };
    progress.onTrainBatchEnd(event as EventOf<"trainBatchEnd">, context);
  }
  expect(lines).toEqual([
    "epoch 1/3  step 1/10  0.2 images/s  loss 0.5000  lr 1.00e-2\n",
    "epoch 1/3  step 2/10  0.4 images/s  loss 0.5000  lr 1.00e-2  ETA 56s\n",
    "epoch 1/3  step 3/10  0.5 images/s  loss 0.5000  lr 1.00e-2  ETA 54s\n",
  ]);
});

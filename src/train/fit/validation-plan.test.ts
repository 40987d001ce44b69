// Validations counted across epochs, also by a fit that is resumed between two of them.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run, SaveWhenInterrupted } from "../../../test/train/run.ts";
import { loadCheckpointOrPrevious } from "../checkpoint/checkpoint.ts";
import type { TrainingEvent } from "../events.ts";

const OPTIONS = { maxEpochs: 3, valCheckInterval: 4, checkValEveryNEpoch: null } as const;
const NAMES: Partial<Record<TrainingEvent["type"], string>> = {
  trainBatchEnd: "batch",
  validationStart: "validation",
  trainEpochEnd: "epoch",
};
const order = (events: readonly TrainingEvent[]): string =>
  events.flatMap(({ type }) => NAMES[type] ?? []).join(" ");

test("an interval longer than an epoch goes on across them", async () => {
  const { events } = await run({ options: OPTIONS });
  expect(order(events)).toBe(
    "batch batch batch epoch batch validation batch batch epoch batch batch validation batch epoch",
  );
});

test("a resumed fit keeps the count", async () => {
  const folder = await mkdtemp(join(tmpdir(), "validation-plan-"));
  try {
    const path = join(folder, "last.safetensors");
    const stop = new AbortController();
    const watch = ({ type }: TrainingEvent): void => {
      if (type === "trainBatchEnd") stop.abort();
    };
    const parts = { callbacks: [new SaveWhenInterrupted(path)] };
    await run({ options: OPTIONS, parts, fit: { signal: stop.signal }, watch });
    const { events } = await run({
      options: OPTIONS,
      fit: { checkpoint: await loadCheckpointOrPrevious(path) },
    });
    expect(order(events)).toBe(
      "batch batch epoch batch validation batch batch epoch batch batch validation batch epoch",
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

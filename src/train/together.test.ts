// What several processes cannot train with is refused before the first step.
import { expect, test } from "vitest";
import { LinearData, LinearModel } from "../../test/train/linear-problem.ts";
import { ALONE } from "../runtime/alone.ts";
import type { Runtime } from "../runtime/contract.ts";
import { referenceRuntime } from "../runtime/reference/index.ts";
import type { TrainerOptions } from "./options.ts";
import { Trainer } from "./trainer.ts";

/** The first of two processes; the other one is never heard of. */
const first = { ...ALONE, size: 2 };
const { sumsTogether: _, ...alone } = referenceRuntime;

function trainer(options: TrainerOptions, runtime: Runtime = referenceRuntime): Trainer {
  return new Trainer({ maxEpochs: 1, ...options }, { runtime, collective: first });
}

test("batch norm of several processes, by a runtime that cannot", async () => {
  const opened = trainer({ syncBatchnorm: true }, alone).open(new LinearModel());
  await expect(opened).rejects.toMatchObject({ code: "SYNC_BATCHNORM", where: "trainer.sync_batchnorm" });
});

test("data that gives every process the whole of it", async () => {
  const fit = trainer({}).fit(new LinearModel(), new LinearData({ name: "together" }));
  await expect(fit.next()).rejects.toMatchObject({ code: "BATCHES_NOT_SHARED" });
});

test("strategy=mpi without processes, and strategy=single with them", async () => {
  const parts = { runtime: referenceRuntime };
  expect(() => new Trainer({ strategy: "mpi" }, parts)).toThrow("not known to the trainer");
  expect(trainer({ strategy: "single" }).collective.size).toBe(1);
  expect(trainer({ strategy: "mpi" }).collective.size).toBe(2);
});

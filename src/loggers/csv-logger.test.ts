import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CSVLogger } from "./csv-logger.ts";

let saveDir: string;
beforeEach(async () => {
  saveDir = await mkdtemp(join(tmpdir(), "csv-logger-"));
});
afterEach(() => rm(saveDir, { recursive: true }));

const written = (): Promise<string> => readFile(join(saveDir, "metrics.csv"), "utf8");
const row = (epoch: number, metrics: Record<string, number>) =>
  ({ epoch, step: (epoch + 1) * 10, kind: "epoch", metrics }) as const;

test("writes a row per epoch, columns in the order of appearance", async () => {
  const logger = new CSVLogger({ saveDir });
  await logger.start({ afterStep: 0 });
  await logger.log(row(0, { lr: 0.1, "train/loss": 2 }));
  await logger.log({ epoch: 0, step: 5, kind: "step", metrics: { "train/loss_step": 1 } });
  await logger.log(row(1, { lr: 0.2, "train/loss": 1, "val/loss": 3 }));
  expect(await written()).toBe("epoch,step,lr,train/loss,val/loss\n0,10,0.1,2,\n1,20,0.2,1,3\n");
});

test("a resumed run drops the rows behind its checkpoint and goes on", async () => {
  const logger = new CSVLogger({ saveDir });
  await logger.start({ afterStep: 0 });
  for (const epoch of [0, 1, 2])
    await logger.log(row(epoch, { "train/loss": epoch, 'val/acc_class_a,"b"': 1 }));
  const whole = await written();
  const resumed = new CSVLogger({ saveDir });
  await resumed.start({ afterStep: 25 });
  await resumed.log(row(2, { "train/loss": 2, 'val/acc_class_a,"b"': 1 }));
  expect(await written()).toBe(whole);
});

test("a run that resumes between the row of an epoch and its end writes that row once", async () => {
  const logger = new CSVLogger({ saveDir });
  await logger.start({ afterStep: 0 });
  await logger.log(row(0, { "train/loss": 2 }));
  const whole = await written();
  const resumed = new CSVLogger({ saveDir });
  await resumed.start({ afterStep: 10 });
  await resumed.log(row(0, { "train/loss": 2 }));
  expect(await written()).toBe(whole);
});

test("a test is a row of its own, which a resumed run drops and writes again", async () => {
  const logger = new CSVLogger({ saveDir });
  await logger.start({ afterStep: 0 });
  const tested = { epoch: 0, step: 10, kind: "test", metrics: { "test/loss": 3 } } as const;
  await logger.log(row(0, { "train/loss": 2 }));
  await logger.log(tested);
  expect(await written()).toBe("epoch,step,train/loss,test/loss\n0,10,2,\n0,10,,3\n");
  const resumed = new CSVLogger({ saveDir });
  await resumed.start({ afterStep: 10 });
  await resumed.log(row(1, { "train/loss": 1 }));
  await resumed.log({ ...tested, epoch: 1, step: 20, metrics: { "test/loss": 4 } });
  expect(await written()).toBe("epoch,step,train/loss,test/loss\n0,10,2,\n1,20,1,\n1,20,,4\n");
});

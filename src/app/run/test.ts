// Tests the best weights of a run on the test split of its data.
import { ClassifierTrainingError } from "../../core/index.ts";
import { loadCheckpoint, type Metrics, onMainProcess, Trainer } from "../../train/index.ts";
import { leftOutLine } from "./bad-pictures.ts";
import { noticesFrom } from "./notices.ts";
import { openRun, type RunRequest } from "./open-run.ts";
import type { PreparedRun } from "./prepare-run.ts";

/** `test/loss`, `test/acc_top1`, ... @throws ClassifierTrainingError kind "data" `NO_TEST_SPLIT`. */
export async function test(request: RunRequest): Promise<Metrics> {
  await using opened = await openRun(request);
  const { data, model, runtime, settings, weightsFile } = opened;
  if (data.testLoader() === undefined) {
    throw new ClassifierTrainingError("data", "NO_TEST_SPLIT", "the data has no test split", {
      hint: "add a folder test beside train, or set data.test_fraction before training",
    });
  }
  await using trainer = new Trainer(settings.trainer, { runtime, seed: settings.seed });
  const engine = await trainer.open(model);
  const { tensors } = await loadCheckpoint(weightsFile);
  await engine.writeWeights(tensors);
  const metrics = await runTest(trainer, model, data);
  const leftOut = leftOutLine(data, "classifier-training data verify says why");
  if (leftOut !== undefined)
    noticesFrom(settings.logLevel, request.write ?? (() => undefined))("WARNING", leftOut);
  return metrics;
}

/** Tests the best weights of a training that has ended. */
export async function testBest({ fitted, trainer, checkpoints, collective }: PreparedRun): Promise<Metrics> {
  const engine = await trainer.open(fitted.model);
  const { tensors } = await onMainProcess(collective, () => loadCheckpoint(checkpoints!.bestPath));
  await engine.writeWeights(tensors);
  return runTest(trainer, fitted.model, fitted.data);
}

/** Tests what the trainer's engine holds; without a test split there are no metrics. */
export async function runTest(
  trainer: Trainer,
  model: Parameters<Trainer["test"]>[0],
  data: Parameters<Trainer["test"]>[1],
): Promise<Metrics> {
  const results = trainer.test(model, data);
  for (;;) {
    const { done, value } = await results.next();
    if (done) return value ?? {};
  }
}

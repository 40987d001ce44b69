// The training loop against Lightning's: losses, norms, rates, weights, checkpoints, early stopping, epoch by epoch.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EarlyStopping, ModelCheckpoint } from "../../src/callbacks/index.ts";
import { camelCase } from "../../src/config/components/options.ts";
import { type HostTensor, toNumbers } from "../../src/core/index.ts";
import { StepLR } from "../../src/optim/index.ts";
import { referenceRuntime } from "../../src/runtime/reference/index.ts";
import { type Callback, type StageMetrics, Trainer } from "../../src/train/index.ts";
import { LinearData, LinearModel } from "../train/linear-problem.ts";
import { readGolden } from "./read-golden.ts";

interface Snapshot {
  readonly at: "epoch_start" | "train_end";
  readonly epoch: number;
  readonly global_step: number;
  readonly files: readonly string[];
  readonly metrics: Readonly<Record<string, number>>;
  readonly w: readonly number[];
}

interface TrainerCase {
  readonly name: string;
  readonly samples?: number;
  readonly val_samples?: number;
  readonly batch?: number;
  readonly drop_last?: boolean;
  readonly metric: readonly number[];
  readonly trainer: Readonly<Record<string, number | string>>;
  readonly scheduler?: {
    readonly args: Record<string, number>;
    readonly interval?: "epoch" | "step";
    readonly frequency?: number;
  };
  readonly checkpoint?: Readonly<Record<string, unknown>>;
  readonly early_stopping?: Readonly<Record<string, unknown>>;
  readonly snapshots: readonly Snapshot[];
  readonly final: {
    readonly current_epoch: number;
    readonly global_step: number;
    readonly grad_norms_before_clip: readonly number[];
    readonly lr_of_steps: readonly number[];
    readonly validations: number;
    readonly kept?: Readonly<Record<string, number>>;
    readonly best_model_score?: number | null;
    readonly stopped_epoch?: number;
  };
}

const { cases } = readGolden<{ readonly cases: readonly TrainerCase[] }>("trainer/trainer.json");

/** The k-th validation's accuracy is the k-th number given, in float32. */
class GivenAccuracy implements StageMetrics {
  readonly #values: readonly number[];
  #validations = 0;

  constructor(values: readonly number[]) {
    this.#values = values;
  }
  update(): void {}
  compute(): Record<string, number> {
    const value = this.#values[Math.min(this.#validations++, this.#values.length - 1)]!;
    return { acc: Math.fround(value) };
  }
  reset(): void {}
  state(): Record<string, HostTensor> {
    return {};
  }
  load(): void {}
}

const NO_METRICS: StageMetrics = {
  update() {},
  compute: () => ({}),
  reset() {},
  state: () => ({}),
  load() {},
};

/** Lightning's file name as ours: a name is not written twice, and nothing a path or a shell minds is in it. */
function ourName(file: string): string {
  return file
    .replace(/\.ckpt$/, "")
    .replaceAll(/=[\w/]+=/g, "=")
    .replaceAll(/[^\w.+-]/g, "_")
    .concat(".safetensors");
}

const inCamelCase = (options: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [camelCase(name), value]));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "classifier-training-trainer-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function near(actual: number, wish: number, label: string): void {
  expect(Math.abs(actual - wish), `${label}: ${actual}, not ${wish}`).toBeLessThanOrEqual(
    1e-12 + 1e-9 * Math.abs(wish),
  );
}

test.each(cases)("$name", async (one) => {
  const { scheduler, checkpoint, early_stopping: earlyStopping, final } = one;
  const checkpoints =
    checkpoint &&
    new ModelCheckpoint({
      // Lightning's defaults.
      monitor: null,
      mode: "min",
      saveLast: false,
      filename: "{epoch}-{step}",
      ...inCamelCase(checkpoint),
      dirpath: folder,
    });
  const stopping = earlyStopping && new EarlyStopping(inCamelCase(earlyStopping));
  const callbacks = [checkpoints, stopping].filter(
    (callback): callback is Callback & (EarlyStopping | ModelCheckpoint) => callback !== undefined,
  );
  const model = new LinearModel({
    metrics: { train: NO_METRICS, val: new GivenAccuracy(one.metric) },
    ...(scheduler === undefined
      ? {}
      : {
          scheduler: () =>
            new StepLR({
              ...(inCamelCase(scheduler.args) as { stepSize: number }),
              interval: scheduler.interval,
              frequency: scheduler.frequency,
            }),
        }),
  });
  const data = new LinearData({
    name: one.name,
    samples: one.samples,
    valSamples: one.val_samples,
    batch: one.batch,
    dropLast: one.drop_last,
  });
  await using trainer = new Trainer(
    { gradientClipVal: 0, ...inCamelCase(one.trainer) },
    { runtime: referenceRuntime, callbacks },
  );
  const norms: number[] = [];
  const rates: number[] = [];
  let [epoch, step, validations] = [0, 0, 0];
  const snapshots = [...one.snapshots];
  const compare = async (at: Snapshot["at"], metrics: Readonly<Record<string, number>>): Promise<void> => {
    const wish = snapshots.shift()!;
    expect({ at, epoch, step }).toEqual({ at: wish.at, epoch: wish.epoch, step: wish.global_step });
    for (const [name, value] of Object.entries(wish.metrics))
      near(metrics[name]!, value, `${name} of epoch ${epoch}`);
    const weights = await trainer.engine!.readWeights();
    for (const [i, w] of toNumbers(weights.get("weight")!.data).entries())
      near(w, wish.w[i]!, `w${i} of epoch ${epoch}`);
    const files = (await readdir(folder)).filter(
      (file) => !/^(best|last\.previous)\.safetensors$/.test(file),
    );
    expect(files.sort(), `files of epoch ${epoch}`).toEqual(wish.files.map(ourName).sort());
  };
  let metrics: Readonly<Record<string, number>> = {};
  for await (const event of trainer.fit(model, data)) {
    if (event.type === "trainEpochStart" && event.epoch > 0) await compare("epoch_start", metrics);
    if (event.type === "trainBatchEnd" && event.gradientNorm !== undefined) {
      norms.push(event.gradientNorm);
      rates.push(event.learningRate);
    }
    if (event.type === "validationEnd" && !event.sanityCheck) validations++;
    if (event.type === "trainEpochEnd") ({ epoch, step } = event.progress);
    if (event.type === "trainEpochEnd") metrics = event.metrics;
    if (event.type === "trainEnd") await compare("train_end", metrics);
  }
  expect(snapshots).toEqual([]);
  expect({ epoch, step, validations }).toEqual({
    epoch: final.current_epoch,
    step: final.global_step,
    validations: final.validations,
  });
  expect([norms.length, rates.length]).toEqual([
    final.grad_norms_before_clip.length,
    final.lr_of_steps.length,
  ]);
  for (const [i, wish] of final.grad_norms_before_clip.entries()) near(norms[i]!, wish, `norm of step ${i}`);
  for (const [i, wish] of final.lr_of_steps.entries()) near(rates[i]!, wish, `rate of step ${i}`);
  if (checkpoints === undefined) return;
  const kept = Object.entries(final.kept ?? {}).map(([name, score]) => [ourName(name), score] as const);
  if (checkpoint?.monitor !== undefined) expect(checkpoints.kept).toEqual(Object.fromEntries(kept));
  expect(checkpoints.best?.score).toBe(final.best_model_score);
});

// Measures training steps (or forward passes) on made-up pictures: throughput, time per step, memory.
import {
  type ComponentRegistry,
  type Composition,
  instantiate,
  resolveConfig,
  toPlain,
} from "../../config/index.ts";
import { type Batch, type HostTensor, hostTensor, RandomStream } from "../../core/index.ts";
import type { BaseClassificationModel } from "../../models/index.ts";
import { Trainer } from "../../train/index.ts";
import { readSettings } from "../run/settings.ts";
import { runtimeOf } from "../runtimes.ts";

/** Which model is measured, and for how long. */
export interface BenchRequest {
  readonly composition: Composition;
  readonly registry: ComponentRegistry;
  /** Measured steps, behind `warmup` unmeasured ones; default 10. */
  readonly steps?: number;
  /** Default 3. */
  readonly warmup?: number;
  /** Forward passes in evaluation mode instead of training steps. */
  readonly evaluation?: boolean;
  /** Default 10. */
  readonly classes?: number;
}

/** What was measured, with the keys that `--json` prints. */
export interface StepMeasurement {
  readonly model: string;
  readonly mode: "train" | "evaluate";
  readonly image_size: number;
  readonly batch_size: number;
  /** From the median step. */
  readonly images_per_second: number;
  readonly ms_per_step: { readonly median: number; readonly min: number };
  /** Peak resident memory of the process. */
  readonly peak_rss_mb: number;
  readonly runtime: string;
  readonly precision: string;
  readonly threads: number;
  /** What makes the runtime slower than it could be, where anything does. */
  readonly remarks?: readonly string[];
}

/** Runs whole steps: forward, backward, clipping, optimizer and metrics; or forward passes with metrics. */
export async function benchStep(request: BenchRequest): Promise<StepMeasurement> {
  const { composition, registry, steps = 10, warmup = 3, evaluation = false, classes = 10 } = request;
  const settings = readSettings(composition);
  const { data } = toPlain(resolveConfig(composition)) as {
    data: { image_size: number; batch_size: number };
  };
  const { runtime } = await runtimeOf(settings);
  const { config, interpolation } = composition;
  const model = (await instantiate(config, {
    registry,
    key: "model",
    interpolation,
  })) as BaseClassificationModel;
  model.setup({ classNames: Array.from({ length: classes }, (_, i) => String(i)) });
  const remarks = new Set<string>();
  await using trainer = new Trainer(settings.trainer, {
    runtime,
    seed: settings.seed,
    fineTuning: settings.fineTuning,
    onRemark: (line) => remarks.add(line),
  });
  const engine = await trainer.open(model);
  const batch = syntheticBatch(data.batch_size, data.image_size, classes);
  const milliseconds: number[] = [];
  for (let step = 1; step <= warmup + steps; step++) {
    const begin = performance.now();
    if (evaluation) {
      const { logits } = await engine.evaluate(batch);
      model.metrics.val.update(logits, batch.labels);
    } else {
      const { logits } = await engine.accumulate(batch, true, [0, step]);
      await engine.apply(step, 1e-4);
      model.metrics.train.update(logits, batch.labels);
    }
    if (step > warmup) milliseconds.push(performance.now() - begin);
  }
  const sorted = milliseconds.sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)]!;
  const { session } = engine;
  return {
    model: model.architecture,
    mode: evaluation ? "evaluate" : "train",
    image_size: data.image_size,
    batch_size: data.batch_size,
    images_per_second: (data.batch_size * 1000) / median,
    ms_per_step: { median, min: sorted[0]! },
    peak_rss_mb: process.resourceUsage().maxRSS / 1024,
    runtime: session.runtime,
    precision: session.precision,
    threads: session.threads,
    ...(remarks.size === 0 ? {} : { remarks: [...remarks] }),
  };
}

/** Normal noise and uniform labels, always the same. */
function syntheticBatch(size: number, imageSize: number, classes: number): Batch {
  const random = new RandomStream(0, "bench");
  const images = new Float32Array(size * 3 * imageSize * imageSize);
  for (let i = 0; i < images.length; i++) images[i] = random.normal();
  const labels: HostTensor<"int32"> = hostTensor(
    "int32",
    [size],
    Int32Array.from({ length: size }, () => random.integer(classes)),
  );
  return { images: hostTensor("float32", [size, 3, imageSize, imageSize], images), labels, indices: [] };
}

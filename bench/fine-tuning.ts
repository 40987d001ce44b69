// Measures what freezing saves: `npx tsx bench/fine-tuning.ts runtime=onednn batch=16`.

import type { Batch } from "../src/core/index.ts";
import { ClassificationModel } from "../src/models/index.ts";
import { computeFeatures, onFeatures } from "../src/train/engine/features.ts";
import { fineTuningSchema } from "../src/train/engine/fine-tuning.ts";
import type { TrainingEngine } from "../src/train/index.ts";
import { Trainer } from "../src/train/index.ts";
import { loadRuntime, parseWorkload, syntheticBatch, type Workload } from "./workload.ts";

/** Milliseconds of the median step, and what a step of full training takes in relation to it. */
interface FineTuningFigures {
  readonly model: string;
  readonly image_size: number;
  readonly batch_size: number;
  readonly runtime: string;
  readonly threads: number;
  readonly ms_per_step: { readonly full: number; readonly head: number; readonly cached: number };
  readonly ms_of_features: number;
  readonly speedup: { readonly head: number; readonly cached: number };
}

function newModel({ model, classes }: Workload): ClassificationModel {
  const created = new ClassificationModel({ architecture: model });
  created.setup({ classNames: Array.from({ length: classes }, (_, i) => String(i)) });
  return created;
}

async function newTrainer(workload: Workload, fineTuning?: object): Promise<Trainer> {
  const { threads, precision, algorithm } = workload;
  return new Trainer(
    { maxEpochs: 1, threads, precision, convAlgorithm: algorithm },
    {
      runtime: await loadRuntime(workload.runtime),
      fineTuning: fineTuning && fineTuningSchema.parse(fineTuning),
    },
  );
}

async function medianStep(
  engine: TrainingEngine,
  batch: Batch,
  { warmup, steps }: Workload,
): Promise<number> {
  const times: number[] = [];
  for (let step = 1; step <= warmup + steps; step++) {
    const begin = performance.now();
    await engine.accumulate(batch, true, [0, 0]);
    await engine.apply(step, 1e-4);
    if (step > warmup) times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  return (times[(times.length - 1) >> 1]! + times[times.length >> 1]!) / 2;
}

async function measure(workload: Workload): Promise<FineTuningFigures> {
  const batch = { ...syntheticBatch(workload), indices: Array.from({ length: workload.batch }, (_, i) => i) };
  const full = await (async () => {
    await using trainer = await newTrainer(workload);
    return await medianStep(await trainer.open(newModel(workload)), batch, workload);
  })();
  const head = await (async () => {
    await using trainer = await newTrainer(workload, { freeze: ["conv1.*", "bn1.*", "layer*"] });
    return await medianStep(await trainer.open(newModel(workload)), batch, workload);
  })();
  await using trainer = await newTrainer(workload, { cacheFeatures: true });
  const model = newModel(workload);
  const engine = await trainer.open(onFeatures(model));
  const marks: number[] = [];
  // The first pass compiles.
  const passes = {
    length: 3,
    async *[Symbol.asyncIterator]() {
      yield batch;
      yield batch;
      yield batch;
    },
  };
  const features = await computeFeatures(model, engine, passes, () => marks.push(performance.now()) > 0);
  const images = features!.values;
  const size = images.data.length / passes.length;
  const cached = await medianStep(
    engine,
    {
      ...batch,
      images: {
        ...images,
        shape: [workload.batch, ...images.shape.slice(1)],
        data: images.data.subarray(0, size),
      },
    },
    { ...workload, warmup: 10, steps: 100 },
  );
  const { session } = engine;
  return {
    model: workload.model,
    image_size: workload.size,
    batch_size: workload.batch,
    runtime: session.runtime,
    threads: session.threads,
    ms_per_step: { full, head, cached },
    ms_of_features: (marks[2]! - marks[0]!) / 2,
    speedup: { head: full / head, cached: full / cached },
  };
}

console.log(JSON.stringify(await measure(parseWorkload(process.argv.slice(2)))));

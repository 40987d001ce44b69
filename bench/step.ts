// Measures whole training steps, and forward passes: `npm run bench:step -- model=resnet50 precision=bf16-mixed`.
import { openEngine, parseWorkload, syntheticBatch, type Workload } from "./workload.ts";

/** The same figures as `bench/peers/pytorch_step.py` prints. */
export interface StepFigures {
  readonly model: string;
  readonly mode: "train" | "evaluate";
  readonly image_size: number;
  readonly batch_size: number;
  readonly images_per_second: number;
  readonly ms_per_step: { readonly median: number; readonly min: number };
  readonly peak_rss_mb: number;
  readonly runtime: string;
  readonly variant: string;
  readonly precision: string;
  readonly threads: number;
}

async function measure(workload: Workload, mode: "train" | "evaluate"): Promise<StepFigures> {
  const engine = await openEngine(workload);
  const batch = syntheticBatch(workload);
  const times: number[] = [];
  for (let step = 1; step <= workload.warmup + workload.steps; step++) {
    const begin = performance.now();
    if (mode === "train") {
      await engine.accumulate(batch, true);
      await engine.apply(step, 1e-4);
    } else {
      await engine.evaluate(batch);
    }
    if (step > workload.warmup) times.push(performance.now() - begin);
  }
  const { session } = engine;
  await session.dispose();
  times.sort((a, b) => a - b);
  const median = (times[(times.length - 1) >> 1]! + times[times.length >> 1]!) / 2;
  return {
    model: workload.model,
    mode,
    image_size: workload.size,
    batch_size: workload.batch,
    images_per_second: (workload.batch * 1000) / median,
    ms_per_step: { median, min: times[0]! },
    peak_rss_mb: process.resourceUsage().maxRSS / 1024,
    runtime: session.runtime,
    variant: workload.algorithm,
    precision: session.precision,
    threads: session.threads,
  };
}

const evaluate = process.argv.includes("--evaluate");
const workload = parseWorkload(process.argv.slice(2).filter((arg) => arg !== "--evaluate"));
console.log(JSON.stringify(await measure(workload, evaluate ? "evaluate" : "train")));

// One of the processes of bench/processes.ts: takes training steps, and prints how long each of them took.
import { openCollective } from "../../src/collective/index.ts";
import { DataParallel } from "../../src/train/engine/data-parallel.ts";
import { SingleProcess } from "../../src/train/engine/single-process.ts";
import { modelOf, openEngine, parseWorkload, syntheticBatch } from "../workload.ts";

/** What a process prints, in milliseconds. */
export interface Steps {
  readonly milliseconds: readonly number[];
  /** Of these, waited for other processes and the network. */
  readonly waited: readonly number[];
}

/** `alone`: a process by itself. `beside`: several that know nothing of each other but when to begin. `together`, `behind`: they reduce during the backward pass, or behind it. */
const [mode, ...words] = process.argv.slice(2);
const workload = parseWorkload(words);
const collective = await openCollective();
const engine = await openEngine(workload);
const shares = mode === "together" || mode === "behind";
const strategy = shares ? new DataParallel(engine, modelOf(workload), collective) : new SingleProcess(engine);
const batch = syntheticBatch(workload);
const own = { samples: workload.batch, divisor: workload.batch };
const whole = { samples: own.samples * collective.size, divisor: own.divisor * collective.size };
const steps: { milliseconds: number[]; waited: number[] } = { milliseconds: [], waited: [] };
for (let step = 0; step < workload.warmup + workload.steps; step++) {
  await collective.barrier();
  const [began, waited] = [performance.now(), collective.waited];
  await strategy.accumulate(batch, true, [0, step], whole, mode === "together");
  await strategy.reduce();
  await engine.apply(step + 1, 1e-3);
  if (step < workload.warmup) continue;
  steps.milliseconds.push(performance.now() - began);
  steps.waited.push(collective.waited - waited);
}
const all = await collective.gather(steps);
await engine.dispose();
await collective.close();
if (collective.rank === 0) process.stdout.write(`${JSON.stringify(all)}\n`);

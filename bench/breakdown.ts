// Where a step's time goes, by kind of work: `npm run bench:breakdown -- model=resnet50`.

import type { HostTensor } from "../src/core/index.ts";
import { hostTensor } from "../src/core/index.ts";
import type { OnednnExecutable, StepTime } from "../src/runtime/onednn/index.ts";
import { accumulateProgram, applyProgram, scalarInput } from "../src/train/engine/programs.ts";
import { modelOf, openEngine, parseWorkload, syntheticBatch, type Workload } from "./workload.ts";

const RUNS = 5;

/** Time of every primitive and loop of one step: the shortest of a few runs. */
export async function profileStep(
  workload: Workload,
): Promise<{ accumulate: StepTime[]; apply: StepTime[] }> {
  const engine = await openEngine(workload);
  const { images, labels } = syntheticBatch(workload);
  const model = modelOf(workload);
  const { layout, session } = engine;
  const accumulate = (await session.compile(
    accumulateProgram(model, layout, { images, labels }, { accumulate: 1, first: true }),
  )) as OnednnExecutable;
  const apply = (await session.compile(
    applyProgram(layout, { algorithm: "norm", limit: 1 }),
  )) as OnednnExecutable;
  const scalars: Record<string, HostTensor> = {};
  for (const [i, group] of layout.groups.entries()) {
    for (const [name, value] of Object.entries(group.optimizer.scalars(1, 1e-4))) {
      scalars[scalarInput(i, name)] = hostTensor("float64", [], Float64Array.of(value));
    }
  }
  const times = {
    accumulate: await shortest(() => accumulate.profile({ images, labels })),
    apply: await shortest(() => apply.profile(scalars)),
  };
  await session.dispose();
  return times;
}

async function shortest(run: () => Promise<readonly StepTime[]>): Promise<StepTime[]> {
  await run();
  const runs: (readonly StepTime[])[] = [];
  for (let i = 0; i < RUNS; i++) runs.push(await run());
  return runs[0]!.map((step, i) => ({
    ...step,
    milliseconds: Math.min(...runs.map((steps) => steps[i]!.milliseconds)),
  }));
}

function print(title: string, steps: readonly StepTime[], total: number): void {
  const kinds = new Map<string, { ms: number; count: number; flops: number }>();
  for (const { work, milliseconds, flops = 0 } of steps) {
    const kind = kinds.get(work) ?? { ms: 0, count: 0, flops: 0 };
    kinds.set(work, { ms: kind.ms + milliseconds, count: kind.count + 1, flops: kind.flops + flops });
  }
  console.log(title);
  for (const [work, { ms, count, flops }] of [...kinds].sort(([, a], [, b]) => b.ms - a.ms)) {
    const rate = flops === 0 ? "" : `${(flops / ms / 1e6).toFixed(0)} GFLOP/s`;
    const share = `${((100 * ms) / total).toFixed(1)} %`;
    console.log(
      `  ${work.padEnd(12)} ${ms.toFixed(1).padStart(8)} ms ${share.padStart(7)} ${String(count).padStart(5)} steps  ${rate}`,
    );
  }
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const workload = parseWorkload(process.argv.slice(2));
  const { accumulate, apply } = await profileStep(workload);
  const total = [...accumulate, ...apply].reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  console.log(
    `${workload.model} ${workload.size} px, batch ${workload.batch}, ${workload.precision}: ${total.toFixed(1)} ms`,
  );
  print("forward and backward", accumulate, total);
  print("clipping and optimizer", apply, total);
}

// Where a step's time goes, by kind of work: `npm run bench:breakdown -- model=resnet50 runtime=webgpu`.

import type { HostTensor } from "../src/core/index.ts";
import { hostTensor } from "../src/core/index.ts";
import type { Executable, Session } from "../src/runtime/contract.ts";
import { OnednnExecutable, type StepTime } from "../src/runtime/onednn/index.ts";
import { type DispatchTime, WebGpuExecutable } from "../src/runtime/webgpu/index.ts";
import {
  accumulateProgram,
  applyProgram,
  INVERSE_SCALE,
  LOSS_SCALE,
  RANDOM_KEY,
  scalarInput,
} from "../src/train/engine/programs.ts";
import { randomKeyOf } from "../src/train/engine/random-key.ts";
import { modelOf, openEngine, parseWorkload, syntheticBatch, type Workload } from "./workload.ts";

const RUNS = 5;

/** Time of one primitive, loop or kernel, and what it had to do. */
export interface MeasuredStep
  extends Pick<StepTime, "label" | "milliseconds" | "flops" | "implementation">,
    Partial<Pick<DispatchTime, "traffic">> {
  readonly work: string;
}

/** A step: its parts in order, and bytes for intermediate values. */
export interface MeasuredSteps {
  readonly accumulate: MeasuredStep[];
  readonly apply: MeasuredStep[];
  readonly workspaceBytes: number;
}

/** Time of every part of one step: the shortest of a few runs. */
export async function profileStep(workload: Workload): Promise<MeasuredSteps> {
  const engine = await openEngine(workload);
  const { images, labels } = syntheticBatch(workload);
  const { layout, session } = engine;
  const scaled = workload.precision === "16-mixed";
  const scale = (value: number): HostTensor => hostTensor("float64", [], Float64Array.of(value));
  const program = accumulateProgram(
    modelOf(workload),
    layout,
    { images, labels },
    { accumulate: 1, first: true, scaled },
  );
  const draws = program.inputs.some(({ name }) => name === RANDOM_KEY);
  const batch = {
    images,
    labels,
    ...(scaled ? { [LOSS_SCALE]: scale(65536) } : {}),
    ...(draws ? { [RANDOM_KEY]: randomKeyOf(0, [0, 0]) } : {}),
  };
  const accumulate = await profiled(session, program);
  const apply = await profiled(session, applyProgram(layout, { algorithm: "norm", limit: 1 }, scaled));
  const scalars: Record<string, HostTensor> = scaled ? { [INVERSE_SCALE]: scale(1 / 65536) } : {};
  for (const [i, group] of layout.groups.entries()) {
    for (const [name, value] of Object.entries(group.optimizer.scalars(1, 1e-4))) {
      scalars[scalarInput(i, name)] = hostTensor("float64", [], Float64Array.of(value));
    }
  }
  const times = {
    accumulate: await shortest(() => accumulate.profile(batch)),
    apply: await shortest(() => apply.profile(scalars)),
    workspaceBytes: accumulate.workspaceBytes ?? 0,
  };
  await session.dispose();
  return times;
}

type Profiled = Executable & {
  profile(inputs: Readonly<Record<string, HostTensor>>): Promise<readonly MeasuredStep[]>;
};

async function profiled(session: Session, program: Parameters<Session["compile"]>[0]): Promise<Profiled> {
  const executable = await session.compile(program);
  if (executable instanceof OnednnExecutable || executable instanceof WebGpuExecutable) return executable;
  throw new Error(`runtime ${session.runtime} does not tell what its steps take`);
}

async function shortest(run: () => Promise<readonly MeasuredStep[]>): Promise<MeasuredStep[]> {
  await run();
  const runs: (readonly MeasuredStep[])[] = [];
  for (let i = 0; i < RUNS; i++) runs.push(await run());
  return runs[0]!.map((step, i) => ({
    ...step,
    milliseconds: Math.min(...runs.map((steps) => steps[i]!.milliseconds)),
  }));
}

function print(title: string, steps: readonly MeasuredStep[], total: number): void {
  const kinds = new Map<string, { ms: number; count: number; flops: number; traffic: number }>();
  for (const { work, milliseconds, flops = 0, traffic = 0 } of steps) {
    const kind = kinds.get(work) ?? { ms: 0, count: 0, flops: 0, traffic: 0 };
    kinds.set(work, {
      ms: kind.ms + milliseconds,
      count: kind.count + 1,
      flops: kind.flops + flops,
      traffic: kind.traffic + traffic,
    });
  }
  console.log(`${title}: ${steps.length} steps`);
  for (const [work, { ms, count, flops, traffic }] of [...kinds].sort(([, a], [, b]) => b.ms - a.ms)) {
    const rate = flops === 0 ? "" : `${(flops / ms / 1e6).toFixed(0)} GFLOP/s`;
    const moved =
      traffic === 0 ? "" : `${(traffic / 2 ** 20).toFixed(0)} MiB, ${(traffic / ms / 1e6).toFixed(0)} GB/s`;
    const share = `${((100 * ms) / total).toFixed(1)} %`;
    console.log(
      `  ${work.padEnd(13)} ${ms.toFixed(1).padStart(8)} ms ${share.padStart(7)} ${String(count).padStart(5)} steps  ${rate.padStart(14)}  ${moved}`,
    );
  }
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const workload = parseWorkload(process.argv.slice(2));
  const { accumulate, apply, workspaceBytes } = await profileStep(workload);
  const all = [...accumulate, ...apply];
  const total = all.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const traffic = all.reduce((sum, step) => sum + (step.traffic ?? 0), 0);
  console.log(
    `${workload.model} ${workload.size} px, batch ${workload.batch}, ${workload.precision} on ${workload.runtime}: ${total.toFixed(1)} ms`,
  );
  if (workspaceBytes > 0) console.log(`intermediate values: ${(workspaceBytes / 2 ** 20).toFixed(0)} MiB`);
  if (traffic > 0) console.log(`planned traffic: ${(traffic / 2 ** 20).toFixed(0)} MiB`);
  print("forward and backward", accumulate, total);
  print("clipping and optimizer", apply, total);
  process.exit(0);
}

// Training steps of a ResNet on the adapter: images per second, memory, and the time of every kernel.
import { type HostTensor, hostTensor } from "../../src/core/index.ts";
import { AdamW } from "../../src/optim/index.ts";
import type { Runtime } from "../../src/runtime/contract.ts";
import type { DispatchTime, WebGpuExecutable } from "../../src/runtime/webgpu/index.ts";
import { TrainingEngine } from "../../src/train/engine/engine.ts";
import {
  accumulateProgram,
  applyProgram,
  INVERSE_SCALE,
  LOSS_SCALE,
  scalarInput,
} from "../../src/train/engine/programs.ts";
import { modelOf, parseWorkload, syntheticBatch, type Workload } from "../workload.ts";

export interface StepTimes {
  readonly model: string;
  readonly image_size: number;
  readonly batch_size: number;
  readonly images_per_second: number;
  readonly ms_per_step: { readonly median: number; readonly min: number };
  readonly seconds_to_first_step: number;
  readonly losses: readonly number[];
}

/** The workload of `bench step` on this runtime. */
export function workloadOf(model: string, batch: number, size: number, precision = "32-true"): Workload {
  return parseWorkload([`model=${model}`, `batch=${batch}`, `size=${size}`, `precision=${precision}`]);
}

function openEngine(runtime: Runtime, workload: Workload): Promise<TrainingEngine> {
  return TrainingEngine.open({
    runtime,
    model: modelOf(workload),
    optimizer: new AdamW({ weightDecay: 1e-4 }),
    seed: 0,
    clipping: { algorithm: "norm", limit: 1 },
    precision: workload.precision,
  });
}

/** Times whole steps: batch to the adapter, forward, backward, clipping, optimizer, loss and logits back. */
export async function timeSteps(
  runtime: Runtime,
  workload: Workload,
  steps: number,
  warmup: number,
): Promise<StepTimes> {
  const { model, size, batch } = workload;
  const data = syntheticBatch(workload);
  const begin = performance.now();
  const engine = await openEngine(runtime, workload);
  const losses: number[] = [];
  const times: number[] = [];
  let secondsToFirst = 0;
  for (let i = 1; i <= warmup + steps; i++) {
    const start = performance.now();
    const { loss } = await engine.accumulate(data, true, [0, 0]);
    await engine.apply(i, 1e-4);
    losses.push(loss);
    if (i === 1) secondsToFirst = (performance.now() - begin) / 1000;
    if (i > warmup) times.push(performance.now() - start);
  }
  await engine.dispose();
  times.sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)]!;
  return {
    model,
    image_size: size,
    batch_size: batch,
    images_per_second: (batch * 1000) / median,
    ms_per_step: { median, min: times[0]! },
    seconds_to_first_step: secondsToFirst,
    losses,
  };
}

export interface KernelTimes {
  readonly kernels: readonly DispatchTime[];
  readonly workspaceBytes: number;
  readonly variableBytes: number;
  /** Milliseconds: to open a session with first weights, to compile, a run of forward and backward, its part until all is submitted. */
  readonly phases: {
    readonly open: number;
    readonly compile: number;
    readonly accumulate: number;
    readonly submit: number;
  };
}

/** The time of every kernel of a step: the shortest of a few runs. */
export async function timeKernels(runtime: Runtime, workload: Workload, runs: number): Promise<KernelTimes> {
  const { images, labels } = syntheticBatch(workload);
  const began = performance.now();
  const engine = await openEngine(runtime, workload);
  const opened = performance.now();
  const { layout, session } = engine;
  const scaled = workload.precision === "16-mixed";
  const scale = (value: number): HostTensor => hostTensor("float64", [], Float64Array.of(value));
  const batch = { images, labels, ...(scaled ? { [LOSS_SCALE]: scale(65536) } : {}) };
  const accumulate = (await session.compile(
    accumulateProgram(modelOf(workload), layout, { images, labels }, { accumulate: 1, first: true, scaled }),
  )) as WebGpuExecutable;
  const apply = (await session.compile(
    applyProgram(layout, { algorithm: "norm", limit: 1 }, scaled),
  )) as WebGpuExecutable;
  const compiled = performance.now();
  const spans: { accumulate: number; submit: number }[] = [];
  for (let i = 0; i < 6; i++) {
    const start = performance.now();
    const running = accumulate.run(batch);
    const submit = performance.now() - start;
    await running;
    spans.push({ accumulate: performance.now() - start, submit });
  }
  spans.sort((a, b) => a.accumulate - b.accumulate);
  const phases = { open: opened - began, compile: compiled - opened, ...spans[2]! };
  const scalars: Record<string, HostTensor> = scaled ? { [INVERSE_SCALE]: scale(1 / 65536) } : {};
  for (const [i, group] of layout.groups.entries()) {
    for (const [name, value] of Object.entries(group.optimizer.scalars(1, 1e-4))) {
      scalars[scalarInput(i, name)] = hostTensor("float64", [], Float64Array.of(value));
    }
  }
  const kernels = [
    ...(await shortest(() => accumulate.profile(batch), runs)),
    ...(await shortest(() => apply.profile(scalars), runs)),
  ];
  const { workspaceBytes } = accumulate;
  const variableBytes = layout.storages.reduce((sum, { size }) => sum + 4 * size, 0);
  await engine.dispose();
  return { kernels, workspaceBytes, variableBytes, phases };
}

async function shortest(run: () => Promise<readonly DispatchTime[]>, runs: number): Promise<DispatchTime[]> {
  await run();
  const all: (readonly DispatchTime[])[] = [];
  for (let i = 0; i < runs; i++) all.push(await run());
  return all[0]!.map((kernel, i) => ({
    ...kernel,
    milliseconds: Math.min(...all.map((times) => times[i]!.milliseconds)),
  }));
}

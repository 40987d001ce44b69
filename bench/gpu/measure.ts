// One part of the measurements on a GPU: `node measure.mjs PART RESULT.json`.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { webgpuRuntime } from "../../src/runtime/webgpu/index.ts";
import { checkConformance } from "./conformance.ts";
import { type LearningCurve, learn } from "./learning.ts";
import { measurePeak } from "./peak.ts";
import { timeProducts } from "./products.ts";
import { timeKernels, timeSteps, workloadOf } from "./step.ts";

const here = dirname(fileURLToPath(import.meta.url));

async function conformance(): Promise<unknown> {
  const { cases, failures } = await checkConformance(webgpuRuntime);
  console.log(`conformance: ${cases - failures.length} of ${cases} cases`);
  for (const failure of failures.slice(0, 20)) console.log(`  ${failure}`);
  return { cases, failures };
}

async function step(model: string, batch: number, size: number, precision?: string): Promise<unknown> {
  const times = await timeSteps(webgpuRuntime, workloadOf(model, batch, size, precision), 12, 4);
  console.log(
    `${model} webgpu ${precision ?? "32-true"}: ${times.images_per_second.toFixed(0)} images/s, ${times.ms_per_step.median.toFixed(1)} ms (least ${times.ms_per_step.min.toFixed(1)}), first step after ${times.seconds_to_first_step.toFixed(1)} s, loss ${times.losses[0]!.toFixed(4)} -> ${times.losses.at(-1)!.toFixed(4)}`,
  );
  return times;
}

async function kernels(model: string, batch: number, size: number, precision?: string): Promise<unknown> {
  const times = await timeKernels(webgpuRuntime, workloadOf(model, batch, size, precision), 3);
  const byWork = new Map<string, { ms: number; count: number; flops: number }>();
  for (const { work, milliseconds, flops = 0 } of times.kernels) {
    const sum = byWork.get(work) ?? { ms: 0, count: 0, flops: 0 };
    byWork.set(work, { ms: sum.ms + milliseconds, count: sum.count + 1, flops: sum.flops + flops });
  }
  const total = [...byWork.values()].reduce((sum, { ms }) => sum + ms, 0);
  console.log(
    `${model} kernels: ${times.kernels.length}, ${total.toFixed(1)} ms, arena ${(times.workspaceBytes / 2 ** 20).toFixed(0)} MiB; opened in ${times.phases.open.toFixed(0)} ms, compiled in ${times.phases.compile.toFixed(0)}, accumulate ${times.phases.accumulate.toFixed(1)} of which ${times.phases.submit.toFixed(1)} until submitted`,
  );
  for (const [work, { ms, count, flops }] of [...byWork].sort(([, a], [, b]) => b.ms - a.ms)) {
    const rate = flops === 0 ? "" : `${(flops / ms / 1e9).toFixed(2)} TFLOP/s`;
    console.log(`  ${work.padEnd(14)} ${ms.toFixed(2).padStart(8)} ms ${String(count).padStart(4)}  ${rate}`);
  }
  const slowest = [...times.kernels].sort((a, b) => b.milliseconds - a.milliseconds).slice(0, 14);
  for (const { label, milliseconds, flops } of slowest) {
    const rate = flops === undefined ? "" : `${(flops / milliseconds / 1e9).toFixed(2)} TFLOP/s`;
    console.log(`    ${milliseconds.toFixed(3).padStart(7)} ms  ${label.slice(0, 70)}  ${rate}`);
  }
  return times;
}

async function learning(): Promise<unknown> {
  const curve = await learn(webgpuRuntime);
  const cpu = JSON.parse(readFileSync(join(here, "cpu-curve.json"), "utf8")) as LearningCurve;
  console.log(`accuracies on this adapter ${curve.accuracies.map((a) => a.toFixed(3)).join(" ")}`);
  console.log(`accuracies on the CPU      ${cpu.accuracies.map((a) => a.toFixed(3)).join(" ")}`);
  return { webgpu: curve, cpu };
}

const PARTS: Readonly<Record<string, () => Promise<unknown>>> = {
  conformance,
  learning,
  products: timeProducts,
  resnet18: () => step("resnet18", 64, 224),
  resnet50: () => step("resnet50", 64, 224),
  "resnet18-half": () => step("resnet18", 64, 224, "16-mixed"),
  "resnet50-half": () => step("resnet50", 64, 224, "16-mixed"),
  "resnet50-half-kernels": () => kernels("resnet50", 64, 224, "16-mixed"),
  peak: async () => {
    const peak = await measurePeak();
    console.log(
      `${peak.name}: ${peak.gigaflops.toFixed(0)} GFLOP/s in registers, ${peak.gigabytesPerSecond.toFixed(0)} GB/s from memory to memory`,
    );
    return peak;
  },
  "resnet18-kernels": () => kernels("resnet18", 64, 224),
  "resnet50-kernels": () => kernels("resnet50", 64, 224),
  adapter: async () => {
    const { available, detail, hint } = await webgpuRuntime.probe();
    const devices = (available ? await webgpuRuntime.devices?.() : undefined) ?? [];
    console.log([`adapter: ${detail} ${hint ?? ""}`, ...devices].join("\n"));
    return { detail, devices };
  },
};

/** A part, or `step:MODEL:BATCH:SIZE:PRECISION`, `kernels:MODEL:BATCH:SIZE:PRECISION`; default precision: `32-true`. */
function find(part: string): () => Promise<unknown> {
  const [kind, model, batch, size, precision] = part.split(":");
  if (kind === "step") return () => step(model!, Number(batch), Number(size), precision);
  if (kind === "kernels") return () => kernels(model!, Number(batch), Number(size), precision);
  return PARTS[part]!;
}

const [part = "", result] = process.argv.slice(2);
const begin = performance.now();
const value = await find(part)();
const seconds = (performance.now() - begin) / 1000;
console.log(`(${part}: ${seconds.toFixed(1)} s)`);
if (result !== undefined) writeFileSync(result, JSON.stringify({ part, seconds, result: value }, null, 1));
process.exit(0);

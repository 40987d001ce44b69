// What the benchmarks work on: a model, a batch, a runtime, given as key=value.

import type { Batch } from "../src/core/index.ts";
import { type HostTensor, hostTensor, RandomStream } from "../src/core/index.ts";
import { createNetwork, findNetwork, type NetworkName } from "../src/models/index.ts";
import { crossEntropy } from "../src/nn/index.ts";
import { AdamW } from "../src/optim/index.ts";
import type { ConvolutionAlgorithm, Precision, Runtime } from "../src/runtime/contract.ts";
import { TrainingEngine } from "../src/train/engine/engine.ts";
import type { LossModel } from "../src/train/engine/programs.ts";

export interface Workload {
  readonly model: NetworkName;
  /** Height and width of the images. */
  readonly size: number;
  readonly batch: number;
  readonly classes: number;
  readonly runtime: string;
  readonly precision: Precision;
  readonly threads: number;
  readonly algorithm: ConvolutionAlgorithm;
  readonly steps: number;
  readonly warmup: number;
}

const DEFAULTS: Workload = {
  model: "resnet18",
  size: 224,
  batch: 16,
  classes: 1000,
  runtime: "onednn",
  precision: "32-true",
  threads: 2,
  algorithm: "auto",
  steps: 6,
  warmup: 2,
};

/** The workload that `key=value` arguments describe; keys that are left out keep their defaults. */
export function parseWorkload(args: readonly string[]): Workload {
  const given = args.map((arg) => {
    const [key, value] = arg.split("=", 2) as [string, string | undefined];
    if (!(key in DEFAULTS) || value === undefined) {
      throw new Error(`unknown argument ${arg}; use ${Object.keys(DEFAULTS).join("=, ")}=`);
    }
    return [key, typeof DEFAULTS[key as keyof Workload] === "number" ? Number(value) : value] as const;
  });
  const workload: Workload = { ...DEFAULTS, ...Object.fromEntries(given) };
  findNetwork(workload.model);
  return workload;
}

export async function loadRuntime(name: string): Promise<Runtime> {
  if (name === "onednn") return (await import("../src/runtime/onednn/index.ts")).onednnRuntime;
  if (name === "onnxruntime") return (await import("../src/runtime/onnxruntime/index.ts")).onnxRuntime;
  if (name === "webgpu") return (await import("../src/runtime/webgpu/index.ts")).webgpuRuntime;
  throw new Error(`no runtime ${name} to measure`);
}

/** The network with the loss that the peer has too. */
export function modelOf({ model, size, classes }: Workload): LossModel {
  const sized = findNetwork(model).knows.includes("imageSize") ? { imageSize: size } : {};
  return {
    network: createNetwork(model, { numClasses: classes, ...sized }),
    loss: (outputs, targets) => crossEntropy(outputs, targets, { labelSmoothing: 0.1 }),
  };
}

export async function openEngine(workload: Workload): Promise<TrainingEngine> {
  const { precision, threads, algorithm } = workload;
  return TrainingEngine.open({
    runtime: await loadRuntime(workload.runtime),
    model: modelOf(workload),
    optimizer: new AdamW({ weightDecay: 1e-4 }),
    seed: 0,
    clipping: { algorithm: "norm", limit: 1 },
    precision,
    threads,
    convolutionAlgorithm: algorithm,
  });
}

/** Normal noise and uniform labels, always the same. */
export function syntheticBatch({ batch, size, classes }: Workload): Batch {
  const random = new RandomStream(0, "bench");
  const images = Float32Array.from({ length: batch * 3 * size * size }, () => random.normal());
  const labels: HostTensor = hostTensor(
    "int64",
    [batch],
    BigInt64Array.from({ length: batch }, () => BigInt(random.integer(classes))),
  );
  return { images: hostTensor("float32", [batch, 3, size, size], images), labels, indices: [] };
}

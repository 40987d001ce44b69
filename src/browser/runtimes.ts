// The runtimes of a page: its graphics card, onnxruntime in WebAssembly where there is none, and the reference.
import { ClassifierTrainingError, didYouMean } from "../core/index.ts";
import type { Precision, Probe, Runtime } from "../runtime/contract.ts";
import { onnxRuntime } from "../runtime/onnxruntime/runtime.ts";
import { referenceRuntime } from "../runtime/reference/index.ts";
import { createWebGpuRuntime } from "../runtime/webgpu/runtime.ts";
import { page } from "./page.ts";

/** Computes on the adapter of `navigator.gpu`. */
export const webgpuRuntime: Runtime = createWebGpuRuntime(async () => {
  const gpu = page.navigator?.gpu;
  if (gpu !== undefined) return gpu;
  throw new ClassifierTrainingError("usage", "RUNTIME_UNAVAILABLE", "this browser has no WebGPU", {
    hint: "use Chrome, Edge, Safari 26 or Firefox 141, over https or from localhost",
  });
});

/** In the order in which "auto" tries them. */
const RUNTIMES: Readonly<Record<PageRuntimeName, Runtime>> = {
  webgpu: webgpuRuntime,
  onnxruntime: onnxRuntime,
  reference: referenceRuntime,
};

/** The runtimes of a page by name. */
export type PageRuntimeName = "webgpu" | "onnxruntime" | "reference";

/** What computes, and what a person should be told of it. */
export interface ChosenRuntime {
  readonly runtime: Runtime;
  readonly probe: Probe;
  /** One line where it is not the graphics card, with the reason; undefined where it is, or was asked for by name. */
  readonly notice: string | undefined;
}

/**
 * The runtime of that name; "auto": the graphics card, else WebAssembly, else plain JavaScript.
 * @throws ClassifierTrainingError kind "usage": `RUNTIME_UNKNOWN`, `RUNTIME_UNAVAILABLE`, `RUNTIME_PRECISION`
 */
export async function chooseRuntime(
  name: PageRuntimeName | "auto" = "auto",
  precision: Precision = "32-true",
): Promise<ChosenRuntime> {
  if (name === "auto") return chooseAutomatically(precision);
  if (!Object.hasOwn(RUNTIMES, name)) {
    throw new ClassifierTrainingError("usage", "RUNTIME_UNKNOWN", `there is no runtime "${name}"`, {
      where: "runtime",
      hint: didYouMean(name, ["auto", ...Object.keys(RUNTIMES)]),
    });
  }
  const runtime = RUNTIMES[name];
  const probe = await runtime.probe();
  if (!probe.available) {
    throw new ClassifierTrainingError("usage", "RUNTIME_UNAVAILABLE", `${name}: ${probe.detail}`, {
      where: "runtime",
      hint: probe.hint,
    });
  }
  if (!probe.precisions.includes(precision)) throw unsupported(precision, name);
  return { runtime, probe, notice: undefined };
}

async function chooseAutomatically(precision: Precision): Promise<ChosenRuntime> {
  const reasons: string[] = [];
  for (const runtime of Object.values(RUNTIMES)) {
    const probe = await runtime.probe();
    const isFit = probe.available && probe.onRequest !== true && probe.precisions.includes(precision);
    if (!isFit) {
      reasons.push(`${runtime.name}: ${probe.detail}`);
      continue;
    }
    const notice = `Training with ${probe.detail}, not on a graphics card (${reasons.join("; ")}).`;
    return { runtime, probe, notice: reasons.length === 0 ? undefined : notice };
  }
  throw unsupported(precision, "any runtime of this page");
}

function unsupported(precision: Precision, by: string): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "RUNTIME_PRECISION", `${precision} is not offered by ${by}`, {
    where: "trainer.precision",
    hint: "use precision: 32-true",
  });
}

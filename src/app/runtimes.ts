// The runtimes by name, and the choice of one for this machine.
import { ClassifierTrainingError, didYouMean } from "../core/index.ts";
import type { Precision, Probe, Runtime } from "../runtime/contract.ts";
import { precisionError } from "../runtime/precision.ts";
import { mayHaveGraphicsCard } from "./graphics-card.ts";

const RUNTIMES: Readonly<Record<string, () => Promise<Runtime>>> = {
  webgpu: async () => (await import("../runtime/webgpu/index.ts")).webgpuRuntime,
  onednn: async () => (await import("../runtime/onednn/index.ts")).onednnRuntime,
  onnxruntime: async () => (await import("../runtime/onnxruntime/index.ts")).onnxRuntime,
  reference: async () => (await import("../runtime/reference/index.ts")).referenceRuntime,
};

/** In the order in which `auto` tries them; `reference` is for checking, never chosen by itself. */
const AUTOMATIC: readonly string[] = ["webgpu", "onednn", "onnxruntime"];

/** What `runtime=` may say. */
export const RUNTIME_NAMES: readonly string[] = ["auto", ...Object.keys(RUNTIMES)];

/** A runtime and what it found on this machine. */
export interface ProbedRuntime {
  readonly runtime: Runtime;
  readonly probe: Probe;
}

/** Every runtime with what it finds on this machine. */
export async function probeRuntimes(): Promise<ProbedRuntime[]> {
  return Promise.all(
    Object.values(RUNTIMES).map(async (load) => {
      const runtime = await load();
      return { runtime, probe: await runtime.probe() };
    }),
  );
}

/** The runtime that settings ask for. @throws as `chooseRuntime` */
export function runtimeOf({
  runtime,
  adapter,
  trainer,
}: {
  readonly runtime: string;
  readonly adapter: string | undefined;
  readonly trainer: { readonly precision?: Precision };
}): Promise<ProbedRuntime> {
  return chooseRuntime(runtime, trainer.precision ?? "32-true", adapter);
}

/**
 * The runtime of that name; `auto`: the fastest that is available and offers `precision`.
 * @param adapter a part of the name of the graphics card that `webgpu` is to take, of whatever case; then `auto` is
 *   `webgpu`. Default: the faster one
 * @throws ClassifierTrainingError kind "usage" `RUNTIME_UNKNOWN`, `RUNTIME_UNAVAILABLE`, `RUNTIME_ADAPTER`,
 *   `RUNTIME_PRECISION`.
 */
export async function chooseRuntime(
  name: string,
  precision: Precision,
  adapter?: string,
): Promise<ProbedRuntime> {
  if (adapter !== undefined) return chooseOnAdapter(name, precision, adapter);
  if (name === "auto") return chooseAutomatically(precision);
  const load = Object.hasOwn(RUNTIMES, name) ? RUNTIMES[name] : undefined;
  if (load === undefined) {
    throw new ClassifierTrainingError("usage", "RUNTIME_UNKNOWN", `there is no runtime "${name}"`, {
      where: "runtime",
      hint: didYouMean(name, RUNTIME_NAMES),
    });
  }
  return checked(await load(), precision);
}

async function chooseOnAdapter(name: string, precision: Precision, adapter: string): Promise<ProbedRuntime> {
  if (name !== "auto" && name !== "webgpu") {
    const message = `runtime ${name} does not compute on adapters`;
    throw new ClassifierTrainingError("usage", "RUNTIME_ADAPTER", message, {
      where: "runtime.adapter",
      hint: "use runtime=webgpu, or leave the adapter out",
    });
  }
  const { webgpuRuntimeOn } = await import("../runtime/webgpu/index.ts");
  return checked(await webgpuRuntimeOn(adapter), precision);
}

/** The runtime, where this machine has it and it offers the precision. */
async function checked(runtime: Runtime, precision: Precision): Promise<ProbedRuntime> {
  const { name } = runtime;
  const probe = await runtime.probe();
  if (!probe.available) {
    throw new ClassifierTrainingError("usage", "RUNTIME_UNAVAILABLE", `${name}: ${probe.detail}`, {
      where: "runtime",
      hint: probe.hint,
    });
  }
  if (!probe.precisions.includes(precision)) {
    throw precisionError(`${name} (${probe.detail})`, precision, probe.precisions);
  }
  return { runtime, probe };
}

async function chooseAutomatically(precision: Precision): Promise<ProbedRuntime> {
  const offered = new Set<Precision>();
  for (const name of AUTOMATIC) {
    if (name === "webgpu" && !(await mayHaveGraphicsCard())) continue;
    const runtime = await RUNTIMES[name]!();
    const probe = await runtime.probe();
    if (!probe.available || probe.onRequest === true) continue;
    if (probe.precisions.includes(precision)) return { runtime, probe };
    for (const other of probe.precisions) offered.add(other);
  }
  throw precisionError("any runtime of this machine", precision, [...offered]);
}

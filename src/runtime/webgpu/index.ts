// The webgpu runtime in Node.js.
import type { Runtime } from "../contract.ts";
import { chooseAdapter } from "./choose-adapter.ts";
import { adapterNames, loadDawn } from "./dawn.ts";
import { createWebGpuRuntime } from "./runtime.ts";

export { type DispatchTime, WebGpuExecutable } from "./executable.ts";
export { createWebGpuRuntime, type WebGpuOptions } from "./runtime.ts";
export type { Tile } from "./wgsl/gemm.ts";
export { loadDawn };

async function adapters(): Promise<ReadonlyMap<string, GPU>> {
  const names = await adapterNames();
  return new Map(await Promise.all(names.map(async (name) => [name, await loadDawn(name)] as const)));
}

/** Computes on the adapter that Dawn prefers: Metal, Direct3D 12 or Vulkan. */
export const webgpuRuntime: Runtime = createWebGpuRuntime(() => loadDawn(), { adapters });

/**
 * Computes on the adapter whose name contains `wanted`.
 * @throws ClassifierTrainingError kind "usage" `RUNTIME_ADAPTER`, with the names of those there are, `RUNTIME_UNAVAILABLE`
 */
export async function webgpuRuntimeOn(wanted: string): Promise<Runtime> {
  const name = chooseAdapter(wanted, await adapterNames());
  return createWebGpuRuntime(() => loadDawn(name), { adapters });
}

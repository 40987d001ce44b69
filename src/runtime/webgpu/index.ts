// The webgpu runtime in Node.js.
import type { Runtime } from "../contract.ts";
import { loadDawn } from "./dawn.ts";
import { createWebGpuRuntime } from "./runtime.ts";

export { type DispatchTime, WebGpuExecutable } from "./executable.ts";
export { createWebGpuRuntime, type WebGpuOptions } from "./runtime.ts";
export type { Tile } from "./wgsl/gemm.ts";
export { loadDawn };

/** Computes on the adapter that Dawn prefers: Metal, Direct3D 12 or Vulkan. */
export const webgpuRuntime: Runtime = createWebGpuRuntime(loadDawn);

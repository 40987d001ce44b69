// The webgpu runtime in Node.js.
import type { Runtime } from "../contract.ts";
import { loadDawn } from "./dawn.ts";
import { createWebGpuRuntime } from "./runtime.ts";

export type { DispatchTime, WebGpuExecutable } from "./executable.ts";
export { createWebGpuRuntime } from "./runtime.ts";

/** Computes on the adapter that Dawn prefers: Metal, Direct3D 12 or Vulkan. */
export const webgpuRuntime: Runtime = createWebGpuRuntime(loadDawn);

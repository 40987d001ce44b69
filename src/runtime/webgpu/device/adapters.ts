// Adapters: which there are, which is taken, what its device may do.
import type { DeviceTraits } from "../plan/device-traits.ts";

/** An adapter as people know it. */
export interface AdapterDescription {
  readonly name: string;
  /** Computes with the processor. */
  readonly isSoftware: boolean;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bcpu\b/i;

/** The name that the adapter gives itself, and whether it is software, as it says or as its name shows. */
export function describeAdapter({ info }: GPUAdapter): AdapterDescription {
  const { vendor, architecture, device, description } = info;
  const name = [device || architecture, description].filter((part) => part !== "").join(", ");
  return {
    name: name === "" ? vendor || "unknown adapter" : name,
    isSoftware:
      info.isFallbackAdapter === true || SOFTWARE.test(`${vendor} ${architecture} ${device} ${description}`),
  };
}

/** Features that kernels or measurements use. */
const FEATURES = ["timestamp-query", "shader-f16"] as const;

const KIB = 2 ** 10;

/** What an adapter can do, of what matters here. */
export function capabilitiesOf(adapter: GPUAdapter): string {
  const { features, limits } = adapter;
  const found = FEATURES.filter((name) => features.has(name));
  const mib = (bytes: number): string => `${Math.floor(bytes / KIB ** 2)} MiB`;
  return [
    `features ${found.length === 0 ? "none" : found.join(", ")}`,
    `buffers of ${mib(limits.maxBufferSize)}, bound ${mib(limits.maxStorageBufferBindingSize)} at a time, ${limits.maxStorageBuffersPerShaderStage} a kernel`,
    `workgroups of ${limits.maxComputeInvocationsPerWorkgroup} with ${limits.maxComputeWorkgroupStorageSize / KIB} KiB, ${limits.maxComputeWorkgroupsPerDimension} along a dimension`,
  ].join("; ");
}

const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupsPerDimension",
] as const;

/** A device with all that the adapter offers of what kernels use. */
export async function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = FEATURES.filter((name) => adapter.features.has(name));
  return adapter.requestDevice({ requiredLimits, requiredFeatures });
}

/** The limits of an open device that plans keep to. */
export function traitsOf({ limits, features }: GPUDevice, { isSoftware }: AdapterDescription): DeviceTraits {
  return {
    // One is the kernel's numbers.
    bindings: limits.maxStorageBuffersPerShaderStage - 1,
    workgroups: limits.maxComputeWorkgroupsPerDimension,
    invocations: Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX),
    workgroupMemory: limits.maxComputeWorkgroupStorageSize,
    hasFloat16: features.has("shader-f16"),
    isSoftware,
  };
}

// The runtime for any GPU: programs as WGSL kernels on a device of navigator.gpu, or of Dawn in Node.js.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { Precision, Probe, Runtime, Session, SessionOptions } from "../contract.ts";
import { precisionError } from "../precision.ts";
import { capabilitiesOf, describeAdapter, requestDevice, traitsOf } from "./device/adapters.ts";
import { OpenDevice } from "./device/device.ts";
import { WebGpuSession } from "./session.ts";
import type { Tile } from "./wgsl/gemm.ts";

/** How a runtime computes, other than by itself. */
export interface WebGpuOptions {
  /** The adapters that there are, by the names that choose among them; default: the one that is taken, and one that saves power. */
  readonly adapters?: () => Promise<ReadonlyMap<string, GPU>>;
  /** The tile of all matrix products; default: chosen for each. */
  readonly tile?: Tile;
}

/** A runtime on what `load` gives, such as `navigator.gpu`. Its sessions share one device. */
export function createWebGpuRuntime(
  load: () => Promise<GPU>,
  { tile, adapters }: WebGpuOptions = {},
): Runtime {
  let device: Promise<OpenDevice> | undefined;

  const openDevice = async (): Promise<OpenDevice> => {
    const known = await device?.catch(() => undefined);
    if (known !== undefined && !known.isLost) return known;
    device = (async () => {
      const gpu = await load();
      const adapter = await findAdapter(gpu);
      const description = describeAdapter(adapter);
      const opened = await requestDevice(adapter);
      const traits = { ...traitsOf(opened, description), ...(tile === undefined ? {} : { tile }) };
      return new OpenDevice(opened, description, traits, [gpu, adapter]);
    })();
    return device;
  };

  return {
    name: "webgpu",

    async probe(): Promise<Probe> {
      try {
        const gpu = await load();
        const adapter = await findAdapter(gpu);
        const { name, isSoftware } = describeAdapter(adapter);
        return {
          available: true,
          detail: isSoftware ? `${name}, which computes with the processor` : name,
          precisions: PRECISIONS,
          onRequest: isSoftware,
        };
      } catch (error) {
        return {
          available: false,
          detail: error instanceof Error ? error.message : String(error),
          ...(error instanceof ClassifierTrainingError && error.hint !== undefined
            ? { hint: error.hint }
            : {}),
          precisions: [],
        };
      }
    },

    async devices(): Promise<readonly string[]> {
      if (adapters === undefined) return devicesOf(await load());
      const lines = [...(await adapters())].map(async ([name, gpu]) => {
        const adapter = await findAdapter(gpu);
        const { isSoftware } = describeAdapter(adapter);
        return `${name}${isSoftware ? " (computes with the processor)" : ""}: ${capabilitiesOf(adapter)}`;
      });
      return Promise.all(lines);
    },

    async open(options: SessionOptions): Promise<Session> {
      const { precision = "32-true" } = options;
      if (!PRECISIONS.includes(precision)) throw precisionError("runtime webgpu", precision, PRECISIONS);
      return WebGpuSession.open(await openDevice(), options);
    },
  };
}

const PRECISIONS: readonly Precision[] = ["32-true", "16-mixed"];

/** The adapter that is taken, and the one that saves power where that is another. */
async function devicesOf(gpu: GPU): Promise<string[]> {
  const taken = await findAdapter(gpu);
  const saving = await gpu.requestAdapter({ powerPreference: "low-power" });
  const found = [taken, ...(saving === null ? [] : [saving])];
  const lines = found.map((adapter) => `${describeAdapter(adapter).name}: ${capabilitiesOf(adapter)}`);
  return [...new Set(lines)];
}

async function findAdapter(gpu: GPU): Promise<GPUAdapter> {
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter !== null) return adapter;
  throw new ClassifierTrainingError("usage", "RUNTIME_UNAVAILABLE", "there is no WebGPU adapter", {
    hint: "install the driver of your graphics card; on Linux its Vulkan driver and libvulkan1",
  });
}

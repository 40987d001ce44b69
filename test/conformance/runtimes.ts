// The runtimes that the suites run on; a new one inherits them with its row here.
import type { ConvolutionAlgorithm, Runtime } from "../../src/runtime/contract.ts";

export interface RuntimeRow {
  readonly name: string;
  load(): Promise<Runtime>;
}

export const RUNTIMES: readonly RuntimeRow[] = [
  {
    name: "reference",
    load: async () => (await import("../../src/runtime/reference/index.ts")).referenceRuntime,
  },
  {
    name: "onnxruntime",
    load: async () => (await import("../../src/runtime/onnxruntime/index.ts")).onnxRuntime,
  },
  {
    name: "onednn",
    load: async () => (await import("../../src/runtime/onednn/index.ts")).onednnRuntime,
  },
  {
    name: "webgpu",
    load: async () => (await import("../../src/runtime/webgpu/index.ts")).webgpuRuntime,
  },
];

/**
 * A runtime that has a choice takes the convolution that is faster on the machine, and with it its rounding: named, it
 * is the same everywhere.
 */
export const ALGORITHMS: Readonly<Record<string, readonly ConvolutionAlgorithm[]>> = {
  onednn: ["direct", "winograd", "winograd_wasm"],
};

export interface FoundRuntime {
  readonly name: string;
  readonly runtime: Runtime;
  readonly available: boolean;
  /** Whether it is there, but too slow for anything but small tests: a graphics card that the processor plays. */
  readonly inSoftware: boolean;
}

/** Every runtime, probed; prints why one is left out. */
export async function findRuntimes(): Promise<FoundRuntime[]> {
  return Promise.all(
    RUNTIMES.map(async ({ name, load }) => {
      const runtime = await load();
      const { available, detail, hint, onRequest = false } = await runtime.probe();
      if (!available) console.log(`runtime ${name} is skipped: ${[detail, hint].filter(Boolean).join("; ")}`);
      return { name, runtime, available, inSoftware: onRequest };
    }),
  );
}

// onnxruntime in Node.js, loaded when it is first needed; a bundler takes onnxruntime.browser.ts in the place of this file.
import type * as Onnxruntime from "onnxruntime-node";
import { physicalCores } from "./physical-cores.ts";

/** What is used of the library. */
export type OnnxLibrary = Pick<typeof Onnxruntime, "env" | "InferenceSession" | "Tensor">;

/** How this platform has it. */
export interface OnnxPlatform {
  /** Of the library's providers the one on the processor. */
  readonly provider: "cpu" | "wasm";
  /** Whether results can be written into memory of the caller's. */
  readonly writesInPlace: boolean;
  /** How to get the library where it cannot be loaded. */
  readonly hint: string;
  /** Compute threads by default. */
  threads(): number;
  /** Version, place and provider, for people. */
  describe(library: OnnxLibrary): string;
}

/** The provider of processors, compiled for this one. */
export const onnxPlatform: OnnxPlatform = {
  provider: "cpu",
  writesInPlace: true,
  hint: "reinstall the package with optional dependencies, or set runtime=reference",
  threads: physicalCores,
  describe({ env }) {
    const place = `${process.platform}-${process.arch}`;
    return `onnxruntime ${env.versions.node ?? env.versions.common} on ${place}, CPU provider`;
  },
};

/** The library. Rejects where the package or its binary for this platform is missing. */
export function loadOnnxLibrary(): Promise<OnnxLibrary> {
  return import("onnxruntime-node");
}

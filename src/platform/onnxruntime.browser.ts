// onnxruntime in WebAssembly, for pages: with threads where the page is cross-origin isolated.
import type { OnnxLibrary, OnnxPlatform } from "./onnxruntime.ts";

export type { OnnxLibrary, OnnxPlatform } from "./onnxruntime.ts";

const page = globalThis as unknown as {
  readonly crossOriginIsolated?: boolean;
  readonly navigator: { readonly hardwareConcurrency?: number };
};

/** More threads than this wait for each other longer than they compute. */
const MOST_THREADS = 8;

function threads(): number {
  if (page.crossOriginIsolated !== true) return 1;
  return Math.max(1, Math.min(MOST_THREADS, page.navigator.hardwareConcurrency ?? 1));
}

/** The provider of processors, in WebAssembly. */
export const onnxPlatform: OnnxPlatform = {
  provider: "wasm",
  writesInPlace: false,
  hint: "npm install onnxruntime-web@1.30.0",
  threads,
  describe({ env }) {
    const version = env.versions.web ?? env.versions.common;
    const count = threads();
    return `onnxruntime ${version} in WebAssembly, ${
      page.crossOriginIsolated === true
        ? `${count} thread${count === 1 ? "" : "s"}`
        : "one thread: the page is not cross-origin isolated"
    }`;
  },
};

/** The library. Rejects where the package onnxruntime-web is not part of the page. */
export async function loadOnnxLibrary(): Promise<OnnxLibrary> {
  const library = await import("onnxruntime-web/wasm");
  // Read once, when the first session is made. Its threads load a file of their own, not one of the page's.
  library.env.wasm.numThreads = threads();
  library.env.wasm.wasmPaths = {
    mjs: new URL("onnxruntime-web/ort-wasm-simd-threaded.mjs", import.meta.url).href,
    wasm: new URL("onnxruntime-web/ort-wasm-simd-threaded.wasm", import.meta.url).href,
  };
  return library as unknown as OnnxLibrary;
}

// onnxruntime-node, loaded when it is first needed.
import type * as Onnxruntime from "onnxruntime-node";

/** What `import("onnxruntime-node")` gives. */
export type Library = typeof Onnxruntime;

/** The library. Rejects where the package or its binary for this platform is missing. */
export function loadLibrary(): Promise<Library> {
  return import("onnxruntime-node");
}

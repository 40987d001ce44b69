// onnxruntime-node, loaded when it is first needed.
import type * as Onnxruntime from "onnxruntime-node";
import { ClassifierTrainingError } from "../../core/index.ts";

/** What `import("onnxruntime-node")` gives. */
export type Library = typeof Onnxruntime;

/** What to do where it is not there. */
export const INSTALL_HINT = "reinstall the package with optional dependencies, or set runtime=reference";

/** The library. @throws ClassifierTrainingError `RUNTIME_UNAVAILABLE` where the package or its binary for this platform is missing. */
export async function loadLibrary(): Promise<Library> {
  try {
    return await import("onnxruntime-node");
  } catch (error) {
    throw new ClassifierTrainingError(
      "usage",
      "RUNTIME_UNAVAILABLE",
      `onnxruntime-node cannot be loaded: ${(error as Error).message.split("\n")[0]}`,
      { hint: INSTALL_HINT, cause: error },
    );
  }
}

// onnxruntime as the platform has it, loaded when it is first needed, with an error that says how to get it.
import { ClassifierTrainingError } from "../../core/index.ts";
import { loadOnnxLibrary, type OnnxLibrary, onnxPlatform } from "../../platform/onnxruntime.ts";

/** The library. @throws ClassifierTrainingError `RUNTIME_UNAVAILABLE` where the package or its binary for this platform is missing. */
export async function loadLibrary(): Promise<OnnxLibrary> {
  try {
    return await loadOnnxLibrary();
  } catch (error) {
    throw new ClassifierTrainingError(
      "usage",
      "RUNTIME_UNAVAILABLE",
      `onnxruntime cannot be loaded: ${(error as Error).message.split("\n")[0]}`,
      { hint: onnxPlatform.hint, cause: error },
    );
  }
}

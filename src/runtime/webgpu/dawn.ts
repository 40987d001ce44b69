// Dawn, the WebGPU of Chromium, in Node.js: the package webgpu, loaded when it is needed.
import { ClassifierTrainingError } from "../../core/index.ts";

/** The instance must stay referenced as long as anything of it is used. */
let instance: GPU | undefined;

/** Kernels check bounds themselves where they must, and their times are for those who measure them. */
const OPTIONS: readonly string[] = [
  "enable-dawn-features=disable_robustness",
  "disable-dawn-features=timestamp_quantization",
];

/**
 * `CLASSIFIER_TRAINING_DAWN` may hold options of Dawn's, separated by semicolons, instead of ours: `adapter=NAME`.
 * @throws ClassifierTrainingError `RUNTIME_UNAVAILABLE` where the package is missing or does not load.
 */
export async function loadDawn(): Promise<GPU> {
  if (instance !== undefined) return instance;
  try {
    const { create } = await import("webgpu");
    const given = process.env.CLASSIFIER_TRAINING_DAWN;
    const dawn = create(given ? given.split(";") : [...OPTIONS]);
    instance = dawn;
    return dawn;
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    const problem = isMissing
      ? "the package webgpu is not installed"
      : `the package webgpu does not load: ${String(error)}`;
    throw new ClassifierTrainingError("usage", "RUNTIME_UNAVAILABLE", problem, {
      hint: "npm install webgpu@0.6.2; on Linux also apt-get install libvulkan1 and the driver of your card",
      cause: error,
    });
  }
}

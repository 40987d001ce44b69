// The embedded default runtime: onnxruntime-node, which comes with the package on every platform.
import { ClassifierTrainingError } from "../../core/index.ts";
import { physicalCores } from "../../platform/physical-cores.ts";
import type { Probe, Runtime, Session, SessionOptions } from "../contract.ts";
import { precisionError } from "../precision.ts";
import { type Library, loadLibrary } from "./library.ts";
import { OnnxRuntimeSession } from "./session.ts";

const HINT = "reinstall the package with optional dependencies, or set runtime=reference";

/** Lowers programs to ONNX graphs and runs them on onnxruntime's CPU provider in float32. */
export const onnxRuntime: Runtime = {
  name: "onnxruntime",
  async probe(): Promise<Probe> {
    try {
      const { env } = await loadLibrary();
      const place = `${process.platform}-${process.arch}`;
      return {
        available: true,
        detail: `onnxruntime ${env.versions.node ?? env.versions.common} on ${place}, CPU provider`,
        precisions: ["32-true"],
      };
    } catch (error) {
      return {
        available: false,
        detail: (error as Error).message.split("\n")[0]!,
        hint: HINT,
        precisions: [],
      };
    }
  },
  async open({ storages, threads, precision = "32-true" }: SessionOptions): Promise<Session> {
    if (precision !== "32-true") throw precisionError("runtime onnxruntime", precision, ["32-true"]);
    let library: Library;
    try {
      library = await loadLibrary();
    } catch (error) {
      throw new ClassifierTrainingError(
        "usage",
        "RUNTIME_UNAVAILABLE",
        `onnxruntime-node cannot be loaded: ${(error as Error).message.split("\n")[0]}`,
        { hint: HINT, cause: error },
      );
    }
    return new OnnxRuntimeSession(library, storages, threads ?? physicalCores());
  },
};

// The embedded default runtime: onnxruntime, which comes with the package on every platform, and in pages in WebAssembly.
import { onnxPlatform } from "../../platform/onnxruntime.ts";
import type { Probe, Runtime, Session, SessionOptions } from "../contract.ts";
import { precisionError } from "../precision.ts";
import { ComputeClient, ComputeThreads, ThreadedSession } from "../threaded/index.ts";
import { loadLibrary } from "./library.ts";
import type { OnnxRuntimeRequests } from "./protocol.ts";
import { startComputeThread } from "./start-thread.ts";

const computeThreads = new ComputeThreads(startComputeThread);

/**
 * Lowers programs to ONNX graphs and runs them on onnxruntime's CPU provider in float32, in a thread of their own; in a page,
 * where its calls return before they are done, in the caller's.
 */
export const onnxRuntime: Runtime = {
  name: "onnxruntime",
  async probe(): Promise<Probe> {
    try {
      const library = await loadLibrary();
      return { available: true, detail: onnxPlatform.describe(library), precisions: ["32-true"] };
    } catch (error) {
      const detail = (error as Error).message.split("\n")[0]!;
      return { available: false, detail, hint: onnxPlatform.hint, precisions: [] };
    }
  },
  async open(options: SessionOptions): Promise<Session> {
    const { storages, threads = onnxPlatform.threads(), precision = "32-true" } = options;
    if (precision !== "32-true") throw precisionError("runtime onnxruntime", precision, ["32-true"]);
    const client = new ComputeClient<OnnxRuntimeRequests>("onnxruntime", computeThreads);
    await client.begin("open", { storages, threads });
    return new ThreadedSession(client, { runtime: "onnxruntime", storages, precision, threads });
  },
};

// The embedded default runtime: onnxruntime-node, which comes with the package on every platform.
import { physicalCores } from "../../platform/physical-cores.ts";
import { startThread } from "../../platform/threads.ts";
import type { Probe, Runtime, Session, SessionOptions } from "../contract.ts";
import { precisionError } from "../precision.ts";
import { ComputeClient, ThreadedSession } from "../threaded/index.ts";
import { INSTALL_HINT, loadLibrary } from "./library.ts";
import type { OnnxRuntimeRequests } from "./protocol.ts";

/** Lowers programs to ONNX graphs and runs them on onnxruntime's CPU provider in float32, in a thread of their own. */
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
        hint: INSTALL_HINT,
        precisions: [],
      };
    }
  },
  async open({
    storages,
    threads = physicalCores(),
    precision = "32-true",
  }: SessionOptions): Promise<Session> {
    if (precision !== "32-true") throw precisionError("runtime onnxruntime", precision, ["32-true"]);
    const thread = startThread("./compute-thread", import.meta.url);
    const client = new ComputeClient<OnnxRuntimeRequests>("onnxruntime", thread);
    try {
      await client.ask("open", { storages, threads });
    } catch (error) {
      await client.close();
      throw error;
    }
    return new ThreadedSession(client, { runtime: "onnxruntime", storages, precision, threads });
  },
};

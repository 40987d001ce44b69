// The fast runtime: programs on oneDNN, the kernel library of PyTorch on x86, in a thread of their own.
import { SHARE_ENV } from "node:worker_threads";
import { ClassifierTrainingError } from "../../core/index.ts";
import { physicalCores } from "../../platform/physical-cores.ts";
import { startThread } from "../../platform/threads.ts";
import type { Precision, Probe, Runtime, Session, SessionOptions } from "../contract.ts";
import { precisionError } from "../precision.ts";
import { ComputeClient, ComputeThreads } from "../threaded/index.ts";
import { INSTALL_HINT, type Library, loadLibrary } from "./ffi/index.ts";
import type { OnednnRequests } from "./protocol.ts";
import { OnednnSession } from "./session.ts";
import { SumTogether } from "./sum-together.ts";

// The library is told through the process's own environment how its threads wait.
const computeThreads = new ComputeThreads(() =>
  startThread("./compute-thread", import.meta.url, { env: SHARE_ENV }),
);

function precisionsOf(library: Library): readonly Precision[] {
  return library.bfloat16 ? ["32-true", "bf16-mixed"] : ["32-true"];
}

/** Computes with the system's oneDNN (2.5 to 3.x), called through its C interface. */
export const onednnRuntime: Runtime = {
  name: "onednn",
  sumsTogether: true,

  async probe(): Promise<Probe> {
    try {
      const library = await loadLibrary();
      return {
        available: true,
        detail: `oneDNN ${library.version} (${library.name}), ${library.features}`,
        precisions: precisionsOf(library),
      };
    } catch (error) {
      const known = error instanceof ClassifierTrainingError;
      return {
        available: false,
        detail: error instanceof Error ? error.message : String(error),
        hint: (known ? error.hint : undefined) ?? INSTALL_HINT,
        precisions: [],
      };
    }
  },

  async open(options: SessionOptions): Promise<Session> {
    const { storages, precision = "32-true", threads = physicalCores() } = options;
    const library = await loadLibrary();
    const offered = precisionsOf(library);
    if (!offered.includes(precision)) {
      throw precisionError(`runtime onednn (${library.features})`, precision, offered);
    }
    const client = new ComputeClient<OnednnRequests>("onednn", computeThreads);
    const { convolutionAlgorithm = "auto", collective, onRemark } = options;
    const sums = collective === undefined || collective.size === 1 ? undefined : new SumTogether(collective);
    const shared = sums?.shared;
    await client.begin("open", { storages, threads, precision, convolutionAlgorithm, shared });
    const held = { runtime: "onednn", storages, precision, threads, onRemark };
    return new OnednnSession(client, held, sums);
  },
};

// Where onnxruntime computes: a thread beside the caller's. A bundler takes start-thread.browser.ts in the place of this file.
import { startThread } from "../../platform/threads.ts";
import type { ComputeThread } from "../threaded/index.ts";

/** A thread that serves a session's requests. */
export function startComputeThread(): ComputeThread {
  return startThread("./compute-thread", import.meta.url);
}

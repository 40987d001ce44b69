// Where onnxruntime computes in a page: in the caller's thread, since onnxruntime-web has threads of its own and waits for them.
import { type ComputeThread, inThisThread } from "../threaded/index.ts";
import { serve } from "./serve.ts";

/** The caller's thread, which serves a session's requests. */
export function startComputeThread(): ComputeThread {
  return inThisThread(serve);
}

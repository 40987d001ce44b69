// What the compute thread of onnxruntime is asked beside what every session is.
import type { SessionRequests } from "../threaded/index.ts";
import type { ComputeSessionOptions } from "./compute-session.ts";

/** How a session is opened. */
export interface OnnxRuntimeRequests extends SessionRequests {
  readonly open: { readonly request: ComputeSessionOptions; readonly answer: undefined };
}

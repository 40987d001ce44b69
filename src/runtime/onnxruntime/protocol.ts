// What the compute thread of onnxruntime is asked beside what every session is.
import type { ComputeSessionOptions } from "./compute-session.ts";

/** How a session is opened. */
export interface OnnxRuntimeRequests {
  readonly open: { readonly request: ComputeSessionOptions; readonly answer: undefined };
}

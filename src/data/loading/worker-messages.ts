// What the loader and its worker threads say to each other.
import type { ErrorKind, Shape } from "../../core/index.ts";
import type { ChunkResult, PipelineDescription, SampleRequest } from "./pipeline.ts";

/** Main thread to worker: a pipeline to keep, or a chunk to prepare with one. */
export type WorkerRequest =
  | { readonly kind: "pipeline"; readonly pipeline: number; readonly description: PipelineDescription }
  | {
      readonly kind: "chunk";
      readonly task: number;
      readonly pipeline: number;
      readonly requests: readonly SampleRequest[];
      /** Part of a shared buffer, to be filled with one tensor of `shape` a request. */
      readonly output: Float32Array;
      readonly shape: Shape;
    };

/** Worker to main thread: a chunk is done, or went wrong for another reason than a bad picture. */
export type WorkerReply =
  | { readonly kind: "done"; readonly task: number; readonly result: ChunkResult }
  | { readonly kind: "failed"; readonly task: number; readonly error: SerialisedError };

/** An error of this toolkit as plain data, since a thread's messages lose its class. */
export interface SerialisedError {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
  readonly where: string | undefined;
  readonly hint: string | undefined;
  readonly stack: string | undefined;
}

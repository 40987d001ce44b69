// What the main thread and the compute thread say to each other.
import type { ErrorDetails, ErrorKind, TensorData } from "../../core/index.ts";
import type { Storage, VariableRef } from "../../graph/index.ts";
import type { ConvolutionAlgorithm, Precision } from "../contract.ts";
import type { StepTime } from "./compute/executable.ts";
import type { ElementArray } from "./plan/element-type.ts";
import type { EncodedProgram } from "./program-codec.ts";

/** Every request, and its answer. */
export interface Requests {
  open: {
    request: {
      readonly storages: readonly Storage[];
      readonly threads: number;
      readonly precision: Precision;
      readonly convolutionAlgorithm: ConvolutionAlgorithm;
    };
    answer: undefined;
  };
  compile: {
    request: { readonly program: EncodedProgram };
    answer: { readonly id: number; readonly workspaceBytes: number };
  };
  run: {
    request: { readonly id: number; readonly inputs: ReadonlyMap<string, ElementArray> };
    answer: ReadonlyMap<string, ElementArray>;
  };
  /** A run that tells the time of every step instead of giving outputs. */
  profile: {
    request: { readonly id: number; readonly inputs: ReadonlyMap<string, ElementArray> };
    answer: readonly StepTime[];
  };
  release: { request: { readonly id: number }; answer: undefined };
  read: { request: { readonly variables: readonly VariableRef[] }; answer: readonly TensorData[] };
  write: {
    request: { readonly entries: readonly { readonly variable: VariableRef; readonly data: ElementArray }[] };
    answer: undefined;
  };
  close: { request: undefined; answer: undefined };
}

/** The name of a request. */
export type RequestKind = keyof Requests;

/** One request; its answer has the same number. */
export interface Request<K extends RequestKind = RequestKind> {
  readonly number: number;
  readonly kind: K;
  readonly body: Requests[K]["request"];
}

/** What came of the request of that number. */
export type Answer =
  | { readonly number: number; readonly ok: true; readonly body: unknown }
  | { readonly number: number; readonly ok: false; readonly error: EncodedError };

/** An error as plain data: `code` is absent where it is none of this toolkit. */
export interface EncodedError {
  readonly message: string;
  readonly stack: string | undefined;
  readonly kind?: ErrorKind;
  readonly code?: string;
  readonly details?: ErrorDetails;
}

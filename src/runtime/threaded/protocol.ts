// What the main thread and a compute thread say to each other.
import type { ErrorDetails, ErrorKind, TensorData } from "../../core/index.ts";
import type { VariableRef } from "../../graph/index.ts";
import type { EncodedProgram } from "./program-codec.ts";

/** A request by name: what it takes, and its answer. */
export interface Exchange {
  readonly request: unknown;
  readonly answer: unknown;
}

/** Tensors by the names of a program's inputs or outputs: elements alone, the program knows their types. */
export type NamedData = ReadonlyMap<string, TensorData>;

/** What every session in a compute thread is asked; a runtime adds how it is opened, and what else it can do. */
export interface SessionRequests {
  readonly compile: {
    readonly request: { readonly program: EncodedProgram };
    /** The executable's number, the bytes of its intermediate values where they are known, and what slows it down. */
    readonly answer: { readonly id: number; readonly workspaceBytes?: number; readonly remark?: string };
  };
  readonly run: {
    readonly request: { readonly id: number; readonly inputs: NamedData };
    readonly answer: NamedData;
  };
  readonly release: { readonly request: { readonly id: number }; readonly answer: undefined };
  readonly read: {
    readonly request: { readonly variables: readonly VariableRef[] };
    readonly answer: readonly TensorData[];
  };
  readonly write: {
    readonly request: {
      readonly entries: readonly { readonly variable: VariableRef; readonly data: TensorData }[];
    };
    readonly answer: undefined;
  };
  /** Whether the session's memory is free, so that the thread may open another one. */
  readonly close: { readonly request: undefined; readonly answer: { readonly free: boolean } };
}

/** Requests by name: the bound of what a runtime adds. */
export type Requests<R> = { readonly [K in keyof R]: Exchange };

/** One request; its answer has the same number. */
export interface Request {
  readonly number: number;
  readonly kind: string;
  readonly body: unknown;
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

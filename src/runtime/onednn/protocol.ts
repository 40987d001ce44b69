// What the compute thread of oneDNN is asked beside what every session is.
import type { Storage, VariableRef } from "../../graph/index.ts";
import type { ConvolutionAlgorithm, Precision, StorageMemory } from "../contract.ts";
import type { NamedData } from "../threaded/index.ts";
import type { StepTime } from "./compute/executable.ts";
import type { ObservedRun } from "./run-progress.ts";
import type { SharedSum } from "./sum-together.ts";

/** How a session is opened, runs that somebody follows, memory that is shared. */
export interface OnednnRequests {
  readonly open: {
    readonly request: {
      readonly storages: readonly Storage[];
      readonly threads: number;
      readonly precision: Precision;
      readonly convolutionAlgorithm: ConvolutionAlgorithm;
      /** The way to the other processes, where there are. */
      readonly shared: SharedSum | undefined;
    };
    readonly answer: undefined;
  };
  /** Puts the variables of a program where they will lie when it is run. */
  readonly place: { readonly request: { readonly id: number }; readonly answer: undefined };
  /** A run during which somebody is told of variables. */
  readonly runObserved: {
    readonly request: { readonly id: number; readonly inputs: NamedData; readonly observed: ObservedRun };
    readonly answer: NamedData;
  };
  /** The memory itself, which both threads see. */
  readonly memory: {
    readonly request: { readonly storage: VariableRef };
    readonly answer: StorageMemory;
  };
  /** A run that tells the time of every step instead of giving outputs. */
  readonly profile: {
    readonly request: { readonly id: number; readonly inputs: NamedData };
    readonly answer: readonly StepTime[];
  };
}

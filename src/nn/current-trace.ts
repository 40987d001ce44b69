// The trace in progress, as modules, parameters and buffers see it.
import { ClassifierTrainingError } from "../core/index.ts";
import type { Dims, Value } from "../graph/index.ts";

/** A batch that several processes share; scalars. */
export interface SharedBatch {
  /** 1 where this process has samples of it, 0 where those that it computes with do not count. */
  readonly counts: Value;
  /** Samples of the whole batch. */
  readonly samples: Value;
}

/** A trace in progress; parts of the network are known by identity. */
export interface CurrentTrace {
  /** Training mode: batch statistics and their running averages; else evaluation mode. */
  readonly training: boolean;
  /** Share of the new value in running statistics, instead of the layers' own. */
  readonly statisticsMomentum: Value | undefined;
  /** How batch statistics are those of several processes; undefined: of this one alone. */
  readonly sharedBatch: SharedBatch | undefined;
  /** Ones with `probability`, else zeros (float32 of `shape`), drawn anew in each run; no two calls draw the same. */
  bernoulli(shape: Dims, probability: number): Value;
  /** Has the loss of other logits count too, `weight` times: those of an auxiliary classifier. */
  addAuxiliary(logits: Value, weight: number): void;
  /** The output of `body`, which runs with the module's path as scope of new nodes. */
  within(module: object, body: () => Value): Value;
  /** The value of a parameter or buffer: what was assigned last, at first what it was before the run. */
  read(state: object): Value;
  /** Has the buffer hold `value` after each run. */
  assign(buffer: object, value: Value): void;
}

let active: CurrentTrace | undefined;

/** The trace in progress. @throws ClassifierTrainingError `NOT_TRACING` outside of one. */
export function currentTrace(): CurrentTrace {
  if (active !== undefined) return active;
  throw new ClassifierTrainingError("failure", "NOT_TRACING", "a module computes only while it is traced", {
    hint: "call trace(module, input, options) or let the trainer do it",
  });
}

/** Runs `body` with `trace` in progress; traces may be nested. */
export function whileTracing<T>(trace: CurrentTrace, body: () => T): T {
  const enclosing = active;
  active = trace;
  try {
    return body();
  } finally {
    active = enclosing;
  }
}

// The events of a run, in the order in which they come; what callbacks and `for await` consumers see.
import type { Batch, HostTensor } from "../core/index.ts";
import type { FitStatus } from "./contracts.ts";
import type { NonFinite } from "./fit/non-finite.ts";
import type { Progress } from "./fit/progress.ts";

/** One batch, and what the network made of it. */
export interface BatchResult {
  /** Index of the batch in its epoch, from 0. */
  readonly batchIndex: number;
  /** Of several processes, this one's share; it may be empty in training. Its samples are there until the next event, unless a callback says that it keeps batches. */
  readonly batch: Batch;
  /** Outputs of the network for the batch. */
  readonly logits: HostTensor;
  readonly loss: number;
}

/** Learning rates and momentum of an optimizer step. */
export interface StepRates {
  readonly learningRate: number;
  /** Of each parameter group; undefined: `learningRate` times the group's scale. */
  readonly groupRates: readonly number[] | undefined;
  /** Undefined: the optimizer's own. */
  readonly momentum: number | undefined;
}

/** Where the time of a training epoch went, validation left out. */
export interface EpochTiming {
  /** Samples trained on (since the fit began; a resumed epoch has fewer). */
  samples: number;
  trainSeconds: number;
  /** The part of `trainSeconds` spent waiting for batches. */
  dataSeconds: number;
}

interface EventPayloads {
  /** State is restored, nothing has run. */
  fitStart: Record<never, never>;
  /**
   * `leavesOutLast`: every epoch leaves out its last batch, a single sample where batch norm needs several; known before
   * the first step, and another sample in each epoch.
   */
  trainStart: { readonly leavesOutLast: boolean };
  trainEpochStart: { readonly epoch: number; readonly batchCount: number; readonly startBatch: number };
  /** After the optimizer step, where this batch completed one. */
  trainBatchEnd: BatchResult &
    StepRates & {
      readonly epoch: number;
      /** Samples of the whole batch, of all processes. */
      readonly samples: number;
      /** L2 norm of the gradients before clipping, NaN where it was not got to; absent where no optimizer step was due. */
      readonly gradientNorm: number | undefined;
    };
  /** A loss, gradient or weights that are not finite, where the fit goes on: as soon as it is found. */
  nonFinite: NonFinite;
  validationStart: { readonly epoch: number; readonly sanityCheck: boolean; readonly batchCount: number };
  validationBatchEnd: BatchResult & { readonly sanityCheck: boolean };
  validationEnd: { readonly epoch: number; readonly sanityCheck: boolean; readonly metrics: Metrics };
  /** Behind the validation of the epoch. */
  trainEpochEnd: {
    readonly epoch: number;
    readonly progress: Readonly<Progress>;
    readonly metrics: Metrics;
    readonly timing: Readonly<EpochTiming>;
    /** Other batches that came down to a single sample, and were left out for that. */
    readonly leftOut: number;
  };
  trainEnd: Record<never, never>;
  fitEnd: { readonly status: FitStatus; readonly reason: string | undefined; readonly error?: unknown };
  testStart: { readonly batchCount: number };
  testBatchEnd: BatchResult;
  testEnd: { readonly metrics: Metrics };
}

/** Values by full name, such as `val/acc_top1`. */
export type Metrics = Readonly<Record<string, number>>;
/** The name of an event. */
export type EventType = keyof EventPayloads;
/** An event of that name with what belongs to it. */
export type EventOf<T extends EventType> = { readonly type: T } & EventPayloads[T];
/** Any event of a run, told apart by `type`. */
export type TrainingEvent = { [T in EventType]: EventOf<T> }[EventType];

/** The hook that receives each event. */
export const HOOKS: { readonly [T in EventType]: `on${Capitalize<T>}` } = {
  fitStart: "onFitStart",
  trainStart: "onTrainStart",
  trainEpochStart: "onTrainEpochStart",
  trainBatchEnd: "onTrainBatchEnd",
  nonFinite: "onNonFinite",
  validationStart: "onValidationStart",
  validationBatchEnd: "onValidationBatchEnd",
  validationEnd: "onValidationEnd",
  trainEpochEnd: "onTrainEpochEnd",
  trainEnd: "onTrainEnd",
  fitEnd: "onFitEnd",
  testStart: "onTestStart",
  testBatchEnd: "onTestBatchEnd",
  testEnd: "onTestEnd",
};

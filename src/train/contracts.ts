// What the trainer works with and what plugs into it: model, callbacks, loggers.
import type { HostTensor, LabelRange } from "../core/index.ts";
import type { Value } from "../graph/index.ts";
import type { Module } from "../nn/index.ts";
import type { LearningRateScheduler, Optimizer } from "../optim/index.ts";
import type { FitContext, TestContext } from "./context.ts";
import type { WeightAveraging } from "./engine/weight-average.ts";
import type { EventOf } from "./events.ts";
import type { NonFinitePolicy } from "./fit/non-finite.ts";

/** What can be written into a checkpoint's metadata. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Metrics of one stage (training, validation or test), fed batch by batch. */
export interface StageMetrics {
  update(logits: HostTensor, labels: HostTensor): void;
  /** Values by name without stage (`acc_top1`, `acc_class_cat`). */
  compute(): Record<string, number>;
  /** Which way a value of `compute` is better, where that is known: what monitors without a mode follow. */
  direction?(name: string): "higher" | "lower" | "none" | undefined;
  reset(): void;
  /** What has been accumulated, for a checkpoint in the middle of an epoch. */
  state(): Readonly<Record<string, HostTensor>>;
  load(state: Readonly<Record<string, HostTensor>>): void;
}

/** Which of a model's metrics and which split of the data are meant. */
export type Stage = "train" | "val" | "test";

/** A network with everything training needs to know about it. */
export interface TrainableModel {
  /** The network: inputs [N, ...] -> outputs. */
  readonly network: Module;
  /** A scalar loss of outputs and targets, as graph code. */
  loss(outputs: Value, targets: Value): Value;
  /** Where schedulers begin. */
  readonly learningRate: number;
  createOptimizer(): Optimizer;
  createScheduler(): LearningRateScheduler;
  readonly metrics: Readonly<Record<Stage, StageMetrics>>;
  /** Which labels it can be given; others are refused before they reach it. Default: labels are not looked at. */
  readonly labels?: LabelRange;
}

type Awaitable<T> = T | Promise<T>;

/**
 * Something that happens beside training. Every hook is a no-op here; hooks run in the order of the callbacks,
 * those with `runsLast` behind the others, those with `savesRun` behind all, and training waits for them.
 */
export abstract class Callback {
  /** Key of this callback's state in checkpoints; two callbacks of one kind need different keys. */
  abstract readonly stateKey: string;
  /** Runs behind the other callbacks of the same hook: early stopping sees what they did. */
  readonly runsLast: boolean = false;
  /** Runs behind those too: what it saves of a run holds what all others did. */
  readonly savesRun: boolean = false;
  /** Whether it has a part in a `fastDevRun`; false for what writes files or ends the training. */
  readonly runsInFastDevRun: boolean = true;
  /** Whether it keeps batches of events for later: else their memory is used again from the next event on. */
  readonly keepsBatches: boolean = false;
  /** Has the trainer keep an average of the weights. */
  readonly weightAverage: WeightAveraging | undefined = undefined;
  /** Has the trainer go on where a loss or gradient is not finite; without one that ends the fit. */
  readonly nonFinitePolicy: NonFinitePolicy | undefined = undefined;

  /** What to put into a checkpoint, `undefined` for nothing. */
  state(): Json | undefined {
    return undefined;
  }

  /** Called before `onFitStart` when a run is resumed. */
  loadState(_state: Json): void {}

  onFitStart(_event: EventOf<"fitStart">, _context: FitContext): Awaitable<void> {}
  onTrainStart(_event: EventOf<"trainStart">, _context: FitContext): Awaitable<void> {}
  onTrainEpochStart(_event: EventOf<"trainEpochStart">, _context: FitContext): Awaitable<void> {}
  onTrainBatchEnd(_event: EventOf<"trainBatchEnd">, _context: FitContext): Awaitable<void> {}
  onNonFinite(_event: EventOf<"nonFinite">, _context: FitContext): Awaitable<void> {}
  onValidationStart(_event: EventOf<"validationStart">, _context: FitContext): Awaitable<void> {}
  onValidationBatchEnd(_event: EventOf<"validationBatchEnd">, _context: FitContext): Awaitable<void> {}
  onValidationEnd(_event: EventOf<"validationEnd">, _context: FitContext): Awaitable<void> {}
  onTrainEpochEnd(_event: EventOf<"trainEpochEnd">, _context: FitContext): Awaitable<void> {}
  onTestStart(_event: EventOf<"testStart">, _context: TestContext): Awaitable<void> {}
  onTestBatchEnd(_event: EventOf<"testBatchEnd">, _context: TestContext): Awaitable<void> {}
  onTestEnd(_event: EventOf<"testEnd">, _context: TestContext): Awaitable<void> {}
  onTrainEnd(_event: EventOf<"trainEnd">, _context: FitContext): Awaitable<void> {}
  /** Always called when a fit ends: done, stopped, interrupted or failed. */
  onFitEnd(_event: EventOf<"fitEnd">, _context: FitContext): Awaitable<void> {}
}

/** Numbers that belong to a moment of a run. */
export interface LogRow {
  readonly epoch: number;
  /** Optimizer steps done. */
  readonly step: number;
  /** `step` rows come every `logEveryNSteps` optimizer steps, `epoch` rows once an epoch, a `test` row after a test. */
  readonly kind: "step" | "epoch" | "test";
  readonly metrics: Readonly<Record<string, number>>;
}

/** A place where numbers of a run are written to. */
export interface Logger {
  readonly name: string;
  /** Called once before the first row; `afterStep` is the step a resumed run continues from: rows behind it and those of tests are dropped. */
  start(run: { readonly afterStep: number }): Awaitable<void>;
  log(row: LogRow): Awaitable<void>;
  /** Takes a picture, as a PNG file; loggers of numbers leave it out. */
  logImage?(name: string, png: Uint8Array, step: number): Awaitable<void>;
  /** Called once for each start, behind the last row, with how the fit ended. */
  finish(status: FitStatus): Awaitable<void>;
}

/** How a fit ended. `stopped`: a callback asked for it; `interrupted`: its signal was aborted, or the loop over it was left. */
export type FitStatus = "completed" | "stopped" | "interrupted" | "failed";

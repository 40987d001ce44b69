// What the trainer works with: a model, its metrics, loggers; callbacks have a file of their own.
import type { HostTensor, LabelRange } from "../core/index.ts";
import type { Value } from "../graph/index.ts";
import type { Module } from "../nn/index.ts";
import type { LearningRateScheduler, Optimizer } from "../optim/index.ts";

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
  /** Adds the state of others, which have seen other samples; needed where several processes train together. */
  merge?(state: Readonly<Record<string, HostTensor>>): void;
}

/** Which of a model's metrics and which split of the data are meant. */
export type Stage = "train" | "val" | "test";

/** A network with everything training needs to know about it. */
export interface TrainableModel {
  /** The network: inputs [N, ...] -> outputs. */
  readonly network: Module;
  /** A scalar loss of outputs and targets, as graph code. */
  loss(outputs: Value, targets: Value): Value;
  /** What that loss is divided by to be a mean, as `LossModel` has it. Default: the number of samples. */
  lossDivisor?(labels: HostTensor): number;
  /** Where schedulers begin. */
  readonly learningRate: number;
  createOptimizer(): Optimizer;
  createScheduler(): LearningRateScheduler;
  readonly metrics: Readonly<Record<Stage, StageMetrics>>;
  /** Which labels it can be given; others are refused before they reach it. Default: labels are not looked at. */
  readonly labels?: LabelRange;
}

/** Done at once or later. */
export type Awaitable<T> = T | Promise<T>;

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

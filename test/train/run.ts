// Fits of the linear problem on the reference runtime, with what tests want to see of them.

import type { TrainerData } from "../../src/core/index.ts";
import { referenceRuntime } from "../../src/runtime/reference/index.ts";
import {
  Callback,
  type EventOf,
  type FitContext,
  type FitOptions,
  type FitResult,
  type FitStatus,
  type Logger,
  type LogRow,
  Trainer,
  type TrainerOptions,
  type TrainerParts,
  type TrainingEvent,
} from "../../src/train/index.ts";
import { LinearData, LinearModel, type LinearModelOptions } from "./linear-problem.ts";

/** Rows as a file of them would have them: those behind the step that a run continues from are dropped. */
export class RowLogger implements Logger {
  readonly name = "rows";
  rows: LogRow[] = [];
  /** Calls of start, and of finish with its status. */
  readonly calls: string[] = [];
  start({ afterStep }: { readonly afterStep: number }): void {
    this.calls.push("start");
    this.rows = this.rows.filter(({ kind, step }) => kind !== "test" && step <= afterStep);
  }
  log(row: LogRow): void {
    this.rows.push({ ...row, metrics: { ...row.metrics } });
  }
  finish(status: FitStatus): void {
    this.calls.push(status);
  }
}

/** Writes a checkpoint when the run is interrupted. */
export class SaveWhenInterrupted extends Callback {
  override readonly stateKey = "SaveWhenInterrupted";
  readonly #path: string;
  constructor(path: string) {
    super();
    this.#path = path;
  }
  override async onFitEnd({ status }: EventOf<"fitEnd">, context: FitContext): Promise<void> {
    if (status === "interrupted") await context.saveCheckpoint(this.#path);
  }
}

export interface Run {
  readonly events: TrainingEvent[];
  readonly result: FitResult;
  readonly weights: readonly number[];
  readonly averages: readonly number[];
}

export interface RunOptions {
  readonly options?: TrainerOptions;
  readonly model?: LinearModelOptions;
  readonly data?: TrainerData;
  readonly parts?: Partial<TrainerParts>;
  readonly fit?: FitOptions;
  /** Sees every event as it comes. */
  readonly watch?: (event: TrainingEvent) => void;
}

export async function run({ options, model, data, parts, fit, watch }: RunOptions = {}): Promise<Run> {
  await using trainer = new Trainer(
    { maxEpochs: 2, numSanityValSteps: 0, ...options },
    { runtime: referenceRuntime, ...parts },
  );
  const trained = new LinearModel(model);
  const events: TrainingEvent[] = [];
  const fitting = trainer.fit(trained, data ?? new LinearData({ name: "trainer" }), fit);
  let next = await fitting.next();
  while (!next.done) {
    events.push(next.value);
    watch?.(next.value);
    next = await fitting.next();
  }
  const read = async (kind: "live" | "average"): Promise<number[]> =>
    Array.from((await trainer.engine!.readWeights(kind)).get("weight")!.data as Float64Array);
  return { events, result: next.value, weights: await read("live"), averages: await read("average") };
}

// A linear model of two weights on a few rows: a fit so small that every step of it can be looked at.

import type { Batch, BatchSource, TrainerData } from "../../src/core/index.ts";
import { type HostTensor, hostTensor } from "../../src/core/index.ts";
import { matmul, mul, reduceMean, sub, type Value } from "../../src/graph/index.ts";
import { Dropout, Module, Parameter } from "../../src/nn/index.ts";
import { type LearningRateScheduler, type Optimizer, SGD, StepLR } from "../../src/optim/index.ts";
import type { Stage, StageMetrics, TrainableModel } from "../../src/train/index.ts";
import { fill } from "../golden/formula.ts";

export const FIRST_WEIGHTS: readonly number[] = [1, -0.5];

class LinearNetwork extends Module {
  readonly weight = new Parameter([1, 2], (shape) =>
    hostTensor("float32", shape, Float32Array.of(...FIRST_WEIGHTS)),
  );

  readonly dropout: Dropout;

  constructor(dropout: number) {
    super();
    this.dropout = new Dropout(dropout);
  }

  override forward(x: Value): Value {
    return matmul(this.dropout.call(x), this.weight.value, false, true);
  }
}

export interface LinearModelOptions {
  /** Share of the inputs that is left out; default 0. */
  readonly dropout?: number;
  /** Default: SGD. */
  readonly optimizer?: () => Optimizer;
  /** Default: the learning rate stays. */
  readonly scheduler?: () => LearningRateScheduler;
  /** Default 0.1. */
  readonly learningRate?: number;
  /** Metrics by stage; default: the sum of the outputs. */
  readonly metrics?: Partial<Record<Stage, StageMetrics>>;
}

/** x . w, the loss being the mean of (x . w - y)^2. */
export class LinearModel implements TrainableModel {
  readonly network: Module;
  readonly learningRate: number;
  readonly metrics: Readonly<Record<Stage, StageMetrics>>;
  readonly createOptimizer: () => Optimizer;
  readonly createScheduler: () => LearningRateScheduler;

  constructor({
    dropout = 0,
    optimizer = () => new SGD(),
    scheduler = () => new StepLR({ stepSize: 1_000_000 }),
    learningRate = 0.1,
    metrics = {},
  }: LinearModelOptions = {}) {
    this.network = new LinearNetwork(dropout);
    this.createOptimizer = optimizer;
    this.createScheduler = scheduler;
    this.learningRate = learningRate;
    this.metrics = { train: new OutputSum(), val: new OutputSum(), test: new OutputSum(), ...metrics };
  }

  loss(outputs: Value, targets: Value): Value {
    const difference = sub(outputs, targets);
    return reduceMean(mul(difference, difference));
  }
}

/** A metric whose state matters: the sum of all outputs seen, in order. */
export class OutputSum implements StageMetrics {
  #sum = 0;

  update(logits: HostTensor): void {
    for (const value of logits.data) this.#sum += Number(value);
  }

  compute(): Record<string, number> {
    return { output_sum: this.#sum };
  }

  direction(): "higher" {
    return "higher";
  }

  reset(): void {
    this.#sum = 0;
  }

  state(): Record<string, HostTensor> {
    return { sum: hostTensor("float64", [], Float64Array.of(this.#sum)) };
  }

  load({ sum }: Readonly<Record<string, HostTensor>>): void {
    this.#sum = Number(sum!.data[0]);
  }
}

export interface LinearDataOptions {
  /** Prefix of the names that the rows are made from. */
  readonly name: string;
  /** Training rows; default 10. */
  readonly samples?: number | undefined;
  /** Validation rows, 0 for no such split; default 6. */
  readonly valSamples?: number | undefined;
  /** Rows of a batch; default 4. */
  readonly batch?: number | undefined;
  /** Default false. */
  readonly dropLast?: boolean | undefined;
  /** Another order of the rows in every epoch; default false. */
  readonly shuffle?: boolean | undefined;
  /** Batches left out, as if none of their samples could be read, by part; default none. */
  readonly unreadable?: Readonly<Partial<Record<"train" | "val", readonly number[]>>> | undefined;
}

/** Rows x = fill(`{name}.train.x`), y = fill(`{name}.train.y`), in order. */
export class LinearData implements TrainerData {
  readonly #options;

  constructor({
    name,
    samples = 10,
    valSamples = 6,
    batch = 4,
    dropLast = false,
    shuffle = false,
    unreadable = {},
  }: LinearDataOptions) {
    this.#options = { name, samples, valSamples, batch, dropLast, shuffle, unreadable };
  }

  trainLoader(epoch: number, { startBatch = 0 }: { readonly startBatch?: number } = {}): BatchSource {
    const { samples, dropLast, shuffle } = this.#options;
    return this.#source("train", samples, { startBatch, dropLast, shift: shuffle ? epoch * 3 + 1 : 0 });
  }

  valLoader(): BatchSource | undefined {
    const { valSamples } = this.#options;
    return valSamples === 0 ? undefined : this.#source("val", valSamples);
  }

  testLoader(): BatchSource | undefined {
    return this.valLoader();
  }

  #source(
    part: "train" | "val",
    rows: number,
    { startBatch = 0, dropLast = false, shift = 0 } = {},
  ): BatchSource {
    const { name, batch: size, unreadable } = this.#options;
    const x = fill(`${name}.${part}.x`, [rows, 2], -1, 1);
    const y = fill(`${name}.${part}.y`, [rows], -1, 1);
    const length = dropLast ? Math.floor(rows / size) : Math.ceil(rows / size);
    const batchAt = (b: number): Batch => {
      const places = Array.from({ length: Math.min(size, rows - b * size) }, (_, i) => b * size + i);
      const indices = places.map((place) => (place + shift) % rows);
      return {
        images: hostTensor(
          "float64",
          [indices.length, 2],
          Float64Array.from(indices.flatMap((i) => [x.data[2 * i]!, x.data[2 * i + 1]!])),
        ),
        labels: hostTensor(
          "float64",
          [indices.length, 1],
          Float64Array.from(indices, (i) => y.data[i]!),
        ),
        indices,
      };
    };
    return {
      length,
      async *[Symbol.asyncIterator]() {
        for (let b = startBatch; b < length; b++) {
          if (!unreadable[part]?.includes(b)) yield { ...batchAt(b), batch: b };
        }
      },
    };
  }
}

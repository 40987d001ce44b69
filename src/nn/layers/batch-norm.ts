// Batch normalisation layer for [N, C, H, W].
import { hostTensor, zeros } from "../../core/index.ts";
import {
  add,
  allReduceSum,
  batchNormInference,
  batchNormTraining,
  countAlong,
  div,
  mul,
  type Operand,
  reciprocal,
  reduceSum,
  reshape,
  sqrt,
  sub,
  type Value,
} from "../../graph/index.ts";
import { currentTrace, type SharedBatch } from "../current-trace.ts";
import { fill } from "../initializers.ts";
import { Module } from "../module.ts";
import { Buffer, Parameter } from "../parameter.ts";

/** Numerical guard and memory of the running statistics; the defaults are torch's. */
export interface BatchNorm2dOptions {
  /** Default 1e-5. */
  readonly epsilon?: number;
  /** Weight of the new value in running averages (torch's meaning); default 0.1. */
  readonly momentum?: number;
}

/** What normalising gives; statistics have one value a channel, each of `count` elements. */
interface Normalised {
  readonly y: Value;
  readonly mean: Value;
  /** Biased. */
  readonly variance: Value;
  readonly count: Operand;
}

/**
 * torch's `BatchNorm2d`: training normalises with the batch's biased variance and keeps running averages of
 * mean and unbiased variance; evaluation normalises with those.
 */
export class BatchNorm2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly running_mean: Buffer;
  readonly running_var: Buffer;
  readonly num_batches_tracked: Buffer;
  /** Normalise with the running statistics, and leave them alone, in training too. */
  frozen = false;
  readonly #epsilon: number;
  readonly #momentum: number;

  constructor(channels: number, { epsilon = 1e-5, momentum = 0.1 }: BatchNorm2dOptions = {}) {
    super();
    this.weight = new Parameter([channels], fill(1));
    this.bias = new Parameter([channels], fill(0));
    this.running_mean = new Buffer(() => zeros("float32", [channels]));
    this.running_var = new Buffer(() =>
      hostTensor("float32", [channels], new Float32Array(channels).fill(1)),
    );
    this.num_batches_tracked = new Buffer(() => zeros("int64", []));
    this.#epsilon = epsilon;
    this.#momentum = momentum;
  }

  override forward(x: Value): Value {
    const [weight, bias] = [this.weight.value, this.bias.value];
    const [runningMean, runningVar] = [this.running_mean.value, this.running_var.value];
    if (!currentTrace().training || this.frozen) {
      return batchNormInference(x, weight, bias, runningMean, runningVar, this.#epsilon);
    }
    const { sharedBatch } = currentTrace();
    const { y, mean, variance, count } =
      sharedBatch === undefined
        ? this.#normalise(x, weight, bias)
        : this.#normaliseTogether(x, weight, bias, sharedBatch);
    const correction = typeof count === "number" ? count / (count - 1) : div(count, sub(count, 1));
    const unbiased = mul(variance, correction);
    this.running_mean.assign(this.#average(runningMean, mean));
    this.running_var.assign(this.#average(runningVar, unbiased));
    this.num_batches_tracked.assign(add(this.num_batches_tracked.value, 1));
    return y;
  }

  /** With the statistics of this process's samples. */
  #normalise(x: Value, weight: Value, bias: Value): Normalised {
    const [y, mean, variance] = batchNormTraining(x, weight, bias, this.#epsilon);
    return { y, mean, variance, count: countAlong(x, [0, 2, 3]) };
  }

  /** With the statistics of all processes' samples: torch's `SyncBatchNorm`. */
  #normaliseTogether(x: Value, weight: Value, bias: Value, { counts, samples }: SharedBatch): Normalised {
    const [, channels, height, width] = x.shape;
    const count = mul(samples, Number(height) * Number(width));
    const perChannel = (vector: Value): Value => reshape(vector, [channels!, 1, 1]);
    const meanOf = (value: Value): Value =>
      div(allReduceSum(mul(reduceSum(value, { axes: [0, 2, 3] }), counts)), count);
    const mean = meanOf(x);
    const centred = sub(x, perChannel(mean));
    const variance = meanOf(mul(centred, centred));
    const scale = mul(weight, reciprocal(sqrt(add(variance, this.#epsilon))));
    return { y: add(mul(centred, perChannel(scale)), perChannel(bias)), mean, variance, count };
  }

  #average(running: Value, latest: Value): Value {
    const momentum = currentTrace().statisticsMomentum;
    if (momentum !== undefined) return add(mul(running, sub(1, momentum)), mul(latest, momentum));
    return add(mul(running, 1 - this.#momentum), mul(latest, this.#momentum));
  }
}

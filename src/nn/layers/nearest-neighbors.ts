// A classifier that remembers: the votes of the nearest training samples.
import { zeros } from "../../core/index.ts";
import {
  add,
  cast,
  div,
  exp,
  flatten,
  greater,
  greaterEqual,
  log,
  matmul,
  mul,
  reduceMax,
  reduceSum,
  select,
  sqrt,
  sub,
  type Value,
} from "../../graph/index.ts";
import { currentTrace } from "../current-trace.ts";
import { fill } from "../initializers.ts";
import { Module } from "../module.ts";
import { Buffer, Parameter } from "../parameter.ts";

/** How many samples are remembered, what they look like, and how many of them vote. */
export interface NearestNeighborsOptions {
  /** Samples that are remembered. */
  readonly samples: number;
  /** Numbers of a sample's features. */
  readonly features: number;
  readonly classes: number;
  /** Samples that vote; where several are equally near all of them do. Default 20. */
  readonly neighbors?: number;
}

/** exp of it is the inverse of the temperature 0.07 that Wu et al. and DINO vote with. */
const LOG_SCALE = Math.log(1 / 0.07);
/** What a class without a vote has, where the nearest sample's vote is 1. */
const NO_VOTE = 1e-6;
/** From here on a training sample is taken for itself. */
const SAME = 1 - 1e-5;
/** Less similar than anything. */
const OUT = -2;

/**
 * Features [N, ...] -> the logarithm of each class's votes [N, classes]: the nearest remembered samples by the cosine of
 * their features vote exp(cosine / temperature), Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance
 * Discrimination" (2018). State: `log_scale` [1], trained, and the buffers `samples` [M, features], of length 1 each, and
 * `labels` [M, classes], ones and zeros. In training a sample does not vote for itself, so that the temperature is
 * chosen by leaving one out.
 */
export class NearestNeighbors extends Module {
  readonly log_scale: Parameter = new Parameter([1], fill(LOG_SCALE), { decays: false });
  readonly samples: Buffer;
  readonly labels: Buffer;
  readonly #neighbors: number;

  constructor({ samples, features, classes, neighbors = 20 }: NearestNeighborsOptions) {
    super();
    this.samples = new Buffer(() => zeros("float32", [samples, features]));
    this.labels = new Buffer(() => zeros("float32", [samples, classes]));
    this.#neighbors = Math.min(neighbors, samples);
  }

  override forward(x: Value): Value {
    const features = flatten(x);
    const length = sqrt(add(reduceSum(mul(features, features), { axes: [1], keepDims: true }), 1e-12));
    const cosines = matmul(div(features, length), this.samples.value, false, true);
    let left = currentTrace().training ? select(greater(cosines, SAME), OUT, cosines) : cosines;
    const nearest = reduceMax(left, { axes: [1], keepDims: true });
    const scale = exp(this.log_scale.value);
    let votes: Value | undefined;
    for (let i = 0; i < this.#neighbors; i++) {
      const next = reduceMax(left, { axes: [1], keepDims: true });
      const isNext = greaterEqual(left, next);
      const vote = mul(matmul(cast(isNext, x.dtype), this.labels.value), exp(mul(sub(next, nearest), scale)));
      votes = votes === undefined ? vote : add(votes, vote);
      left = select(isNext, OUT, left);
    }
    return log(add(votes!, NO_VOTE));
  }
}

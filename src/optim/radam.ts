// RAdam: Adam with a rectified variance (Liu et al., 2020), as torch.optim.RAdam.
import { z } from "zod";
import { add, div, mul, sqrt, sub } from "../graph/index.ts";
import {
  descent,
  lerp,
  type Optimizer,
  type OptimizerState,
  type UpdateContext,
  type UpdateResult,
} from "./optimizer.ts";

export interface RAdamOptions {
  /** Decay of the running means of gradient and squared gradient; default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root; default 1e-8. */
  readonly eps?: number;
  /** Default 0. */
  readonly weightDecay?: number;
  /** Shrink the parameters as AdamW does instead of adding to the gradient; default false. */
  readonly decoupledWeightDecay?: boolean;
  /** Ascend instead of descend; default false. */
  readonly maximize?: boolean;
}

const beta = z.number().min(0).lt(1);
const schema = z.strictObject({
  betas: z.tuple([beta, beta]).default([0.9, 0.999]),
  eps: z.number().positive().default(1e-8),
  weightDecay: z.number().min(0).default(0),
  decoupledWeightDecay: z.boolean().default(false),
  maximize: z.boolean().default(false),
});

/** Longer averages than this are long enough to divide by. */
const SHORTEST_AVERAGE = 5;

/** m and v as in Adam; while v is the mean of few gradients p -= lr m / (1 - b1^t), then Adam's step times r_t. */
export class RAdam implements Optimizer {
  static readonly schema: z.ZodType = schema;
  readonly name = "RAdam";
  readonly state: readonly OptimizerState[] = [
    { name: "exp_avg", initial: 0 },
    { name: "exp_avg_sq", initial: 0 },
  ];
  readonly #options: z.infer<typeof schema>;

  constructor(options: RAdamOptions = {}) {
    this.#options = schema.parse(options);
  }

  get momentum(): number {
    return this.#options.betas[0];
  }

  get weightDecay(): number {
    return this.#options.weightDecay;
  }

  scalars(step: number, learningRate: number, momentum: number = this.momentum): Record<string, number> {
    const { betas, weightDecay } = this.#options;
    const correction = 1 - betas[1] ** step;
    const longest = 2 / (1 - betas[1]) - 1;
    const length = longest - (2 * step * betas[1] ** step) / correction;
    const size = learningRate / (1 - momentum ** step);
    const rectified = length > SHORTEST_AVERAGE;
    const rectification = Math.sqrt(
      ((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length),
    );
    return {
      shrink: 1 - learningRate * weightDecay,
      gradient_share: 1 - momentum,
      plain_size: rectified ? 0 : size,
      adaptive_size: rectified ? size * rectification * Math.sqrt(correction) : 0,
    };
  }

  update({ parameter, gradient, state, scalars }: UpdateContext): UpdateResult {
    const { betas, eps, weightDecay, decoupledWeightDecay, maximize } = this.#options;
    const [, beta2] = betas;
    const coupled = { weightDecay: decoupledWeightDecay ? 0 : weightDecay, maximize };
    const g = descent({ parameter, gradient }, coupled);
    const shrinks = decoupledWeightDecay && weightDecay !== 0;
    const shrunk = shrinks ? mul(parameter, scalars.shrink!) : parameter;
    const mean = lerp(state.exp_avg!, g, scalars.gradient_share!);
    const square = lerp(state.exp_avg_sq!, mul(g, g), 1 - beta2);
    const size = add(div(scalars.adaptive_size!, add(sqrt(square), eps)), scalars.plain_size!);
    return { parameter: sub(shrunk, mul(mean, size)), state: { exp_avg: mean, exp_avg_sq: square } };
  }

  withWeightDecay(weightDecay: number): RAdam {
    return new RAdam({ ...this.#options, weightDecay });
  }
}

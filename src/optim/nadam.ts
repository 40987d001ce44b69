// NAdam: Adam with Nesterov momentum (Dozat, 2016), as torch.optim.NAdam.
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

export interface NAdamOptions {
  /** Decay of the running means of gradient and squared gradient; default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root; default 1e-8. */
  readonly eps?: number;
  /** Default 0. */
  readonly weightDecay?: number;
  /** How fast the momentum rises to beta1; default 4e-3. */
  readonly momentumDecay?: number;
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
  momentumDecay: z.number().min(0).default(4e-3),
  decoupledWeightDecay: z.boolean().default(false),
  maximize: z.boolean().default(false),
});

/**
 * mu_t = b1 (1 - 0.96^(t psi) / 2), P_t = mu_1 ... mu_t; m and v as in Adam;
 * p -= lr ((1 - mu_t) / (1 - P_t) g + mu_{t+1} / (1 - P_{t+1}) m) / (sqrt(v / (1 - b2^t)) + eps).
 */
export class NAdam implements Optimizer {
  static readonly schema: z.ZodType = schema;
  readonly name = "NAdam";
  readonly state: readonly OptimizerState[] = [
    { name: "exp_avg", initial: 0 },
    { name: "exp_avg_sq", initial: 0 },
  ];
  /** It has a schedule of its own. */
  readonly momentum = undefined;
  readonly #options: z.infer<typeof schema>;
  /** P of the latest step. */
  #product = { step: 0, value: 1 };

  constructor(options: NAdamOptions = {}) {
    this.#options = schema.parse(options);
  }

  get weightDecay(): number {
    return this.#options.weightDecay;
  }

  scalars(step: number, learningRate: number): Record<string, number> {
    const { betas, weightDecay } = this.#options;
    const mu = this.#mu(step);
    const next = this.#mu(step + 1);
    const product = this.#productUpTo(step);
    return {
      shrink: 1 - learningRate * weightDecay,
      gradient_size: (learningRate * (1 - mu)) / (1 - product),
      mean_size: (learningRate * next) / (1 - product * next),
      root_correction: 1 / Math.sqrt(1 - betas[1] ** step),
    };
  }

  update({ parameter, gradient, state, scalars }: UpdateContext): UpdateResult {
    const { betas, eps, weightDecay, decoupledWeightDecay, maximize } = this.#options;
    const [beta1, beta2] = betas;
    const coupled = { weightDecay: decoupledWeightDecay ? 0 : weightDecay, maximize };
    const g = descent({ parameter, gradient }, coupled);
    const shrinks = decoupledWeightDecay && weightDecay !== 0;
    const shrunk = shrinks ? mul(parameter, scalars.shrink!) : parameter;
    const mean = lerp(state.exp_avg!, g, 1 - beta1);
    const square = lerp(state.exp_avg_sq!, mul(g, g), 1 - beta2);
    const denominator = add(mul(sqrt(square), scalars.root_correction!), eps);
    const ahead = add(mul(g, scalars.gradient_size!), mul(mean, scalars.mean_size!));
    return {
      parameter: sub(shrunk, div(ahead, denominator)),
      state: { exp_avg: mean, exp_avg_sq: square },
    };
  }

  withWeightDecay(weightDecay: number): NAdam {
    return new NAdam({ ...this.#options, weightDecay });
  }

  #mu(step: number): number {
    const { betas, momentumDecay } = this.#options;
    return betas[0] * (1 - 0.5 * 0.96 ** (step * momentumDecay));
  }

  #productUpTo(step: number): number {
    let { step: at, value } = this.#product.step <= step ? this.#product : { step: 0, value: 1 };
    while (at < step && value > 0) value *= this.#mu(++at);
    this.#product = { step, value };
    return value;
  }
}

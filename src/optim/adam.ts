// Adam (Kingma and Ba, 2015) and AdamW (Loshchilov and Hutter, 2019), as torch.optim.
import { z } from "zod";
import { add, div, maximum, mul, sqrt, sub } from "../graph/index.ts";
import {
  descent,
  lerp,
  type Optimizer,
  type OptimizerState,
  type UpdateContext,
  type UpdateResult,
} from "./optimizer.ts";

export interface AdamOptions {
  /** Decay of the running means of gradient and squared gradient; default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the bias-corrected second moment; default 1e-8. */
  readonly eps?: number;
  /** Default 0 for Adam, 0.01 for AdamW. */
  readonly weightDecay?: number;
  /** Divide by the largest second moment so far; default false. */
  readonly amsgrad?: boolean;
  /** Ascend instead of descend; default false. */
  readonly maximize?: boolean;
}

const beta = z.number().min(0).lt(1);

const adamFields = {
  betas: z.tuple([beta, beta]).default([0.9, 0.999]),
  eps: z.number().positive().default(1e-8),
  amsgrad: z.boolean().default(false),
  maximize: z.boolean().default(false),
};

/**
 * m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
 * p -= lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps).
 */
abstract class AdamFamily implements Optimizer {
  abstract readonly name: string;
  /** Whether weight decay shrinks parameters directly (AdamW) or joins the gradient (Adam). */
  protected abstract readonly decoupled: boolean;
  readonly state: readonly OptimizerState[];
  protected readonly options: Required<AdamOptions>;

  constructor(options: AdamOptions, weightDecay: number) {
    this.options = {
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay,
      amsgrad: false,
      maximize: false,
      ...options,
    };
    const names = ["exp_avg", "exp_avg_sq", ...(this.options.amsgrad ? ["max_exp_avg_sq"] : [])];
    this.state = names.map((name) => ({ name, initial: 0 }));
  }

  abstract withWeightDecay(weightDecay: number): Optimizer;

  get momentum(): number {
    return this.options.betas[0];
  }

  get weightDecay(): number {
    return this.options.weightDecay;
  }

  scalars(step: number, learningRate: number, momentum: number = this.momentum): Record<string, number> {
    return {
      shrink: 1 - learningRate * this.options.weightDecay,
      gradient_share: 1 - momentum,
      step_size: learningRate / (1 - momentum ** step),
      root_correction: 1 / Math.sqrt(1 - this.options.betas[1] ** step),
    };
  }

  update({ parameter, gradient, state, scalars }: UpdateContext): UpdateResult {
    const { betas, eps, weightDecay, amsgrad, maximize } = this.options;
    const [, beta2] = betas;
    const g = descent({ parameter, gradient }, { weightDecay: this.decoupled ? 0 : weightDecay, maximize });
    const shrunk = this.decoupled && weightDecay !== 0 ? mul(parameter, scalars.shrink!) : parameter;
    const mean = lerp(state.exp_avg!, g, scalars.gradient_share!);
    const square = lerp(state.exp_avg_sq!, mul(g, g), 1 - beta2);
    const largest = amsgrad ? maximum(state.max_exp_avg_sq!, square) : square;
    const denominator = add(mul(sqrt(largest), scalars.root_correction!), eps);
    return {
      parameter: sub(shrunk, mul(div(mean, denominator), scalars.step_size!)),
      state: {
        exp_avg: mean,
        exp_avg_sq: square,
        ...(amsgrad ? { max_exp_avg_sq: largest } : {}),
      },
    };
  }
}

/** Adam; its weight decay is L2 regularisation (added to the gradient). */
export class Adam extends AdamFamily {
  static readonly schema: z.ZodType = z.strictObject({
    ...adamFields,
    weightDecay: z.number().min(0).default(0),
  });
  readonly name = "Adam";
  protected readonly decoupled = false;

  constructor(options: AdamOptions = {}) {
    super(options, 0);
  }

  override withWeightDecay(weightDecay: number): Adam {
    return new Adam({ ...this.options, weightDecay });
  }
}

/** AdamW: Adam with decoupled weight decay, p *= 1 - lr wd before each step. */
export class AdamW extends AdamFamily {
  static readonly schema: z.ZodType = z.strictObject({
    ...adamFields,
    weightDecay: z.number().min(0).default(0.01),
  });
  readonly name = "AdamW";
  protected readonly decoupled = true;

  constructor(options: AdamOptions = {}) {
    super(options, 0.01);
  }

  override withWeightDecay(weightDecay: number): AdamW {
    return new AdamW({ ...this.options, weightDecay });
  }
}

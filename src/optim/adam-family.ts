// What Adam and its like have in common: options, state, and the running means of gradient and squared gradient.
import * as z from "zod";
import { mul, type Value } from "../graph/index.ts";
import {
  descent,
  lerp,
  type Optimizer,
  type OptimizerState,
  type UpdateContext,
  type UpdateResult,
} from "./optimizer.ts";

/** Torch's options and defaults; the learning rate is the model's. */
export interface AdamFamilyOptions {
  /** Decay of the running means of gradient and squared gradient; default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second moment; default 1e-8. */
  readonly eps?: number;
  /** Default 0, for AdamW 0.01. */
  readonly weightDecay?: number;
  /** Ascend instead of descend; default false. */
  readonly maximize?: boolean;
}

type ResolvedOptions = Required<AdamFamilyOptions>;

const beta: z.ZodType<number> = z.number().min(0).lt(1);

/** The fields of `AdamFamilyOptions`, for schemas. */
export const adamFamilyFields: { readonly [K in keyof ResolvedOptions]: z.ZodType<ResolvedOptions[K]> } = {
  betas: z.tuple([beta, beta]).default([0.9, 0.999]),
  eps: z.number().positive().default(1e-8),
  weightDecay: z.number().min(0).default(0),
  maximize: z.boolean().default(false),
};

/** One step of the running means. */
export interface Moments {
  /** The gradient to go down. */
  readonly gradient: Value;
  /** The parameter, shrunk where weight decay is decoupled. */
  readonly shrunk: Value;
  /** m = b1 m + (1 - b1) g */
  readonly mean: Value;
  /** v = b2 v + (1 - b2) g^2 */
  readonly square: Value;
}

/** Keeps `exp_avg` and `exp_avg_sq` for each parameter, under torch's names; both begin at 0. */
export abstract class AdamFamily<O extends ResolvedOptions = ResolvedOptions> implements Optimizer {
  abstract readonly name: string;
  readonly state: readonly OptimizerState[];
  protected readonly options: O;
  /** Whether weight decay shrinks parameters directly (as AdamW) or joins the gradient (as Adam). */
  readonly #decoupled: boolean;

  protected constructor(options: O, decoupled: boolean, more: readonly string[] = []) {
    this.options = options;
    this.#decoupled = decoupled;
    this.state = ["exp_avg", "exp_avg_sq", ...more].map((name) => ({ name, initial: 0 }));
  }

  abstract update(context: UpdateContext): UpdateResult;
  abstract withWeightDecay(weightDecay: number): Optimizer;

  get momentum(): number | undefined {
    return this.options.betas[0];
  }

  get weightDecay(): number {
    return this.options.weightDecay;
  }

  scalars(
    step: number,
    learningRate: number,
    momentum: number = this.options.betas[0],
  ): Record<string, number> {
    return {
      shrink: 1 - learningRate * this.options.weightDecay,
      gradient_share: 1 - momentum,
      step_size: learningRate / (1 - momentum ** step),
      root_correction: 1 / Math.sqrt(1 - this.options.betas[1] ** step),
    };
  }

  protected moments({ parameter, gradient, state, scalars }: UpdateContext): Moments {
    const { betas, weightDecay, maximize } = this.options;
    const g = descent({ parameter, gradient }, { weightDecay: this.#decoupled ? 0 : weightDecay, maximize });
    return {
      gradient: g,
      shrunk: this.#decoupled && weightDecay !== 0 ? mul(parameter, scalars.shrink!) : parameter,
      mean: lerp(state.exp_avg!, g, scalars.gradient_share!),
      square: lerp(state.exp_avg_sq!, mul(g, g), 1 - betas[1]),
    };
  }
}

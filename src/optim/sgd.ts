// Stochastic gradient descent with momentum, as torch.optim.SGD.
import { z } from "zod";
import { add, mul, sub, type Value } from "../graph/index.ts";
import {
  descent,
  type Optimizer,
  type OptimizerState,
  type UpdateContext,
  type UpdateResult,
} from "./optimizer.ts";

export interface SGDOptions {
  /** Default 0: none. */
  readonly momentum?: number;
  /** Share of the gradient that is kept out of the momentum buffer; default 0. */
  readonly dampening?: number;
  /** Added to the gradient times the parameter (L2); default 0. */
  readonly weightDecay?: number;
  /** Default false. */
  readonly nesterov?: boolean;
  /** Ascend instead of descend; default false. */
  readonly maximize?: boolean;
}

/** g += wd p; b = mu b + (1 - dampening) g (the first b is g); p -= lr (nesterov ? g + mu b : b). */
export class SGD implements Optimizer {
  static readonly schema: z.ZodType = z.strictObject({
    momentum: z.number().min(0).default(0),
    dampening: z.number().min(0).max(1).default(0),
    weightDecay: z.number().min(0).default(0),
    nesterov: z.boolean().default(false),
    maximize: z.boolean().default(false),
  });
  readonly name = "SGD";
  readonly state: readonly OptimizerState[];
  readonly #options: Required<SGDOptions>;

  constructor(options: SGDOptions = {}) {
    this.#options = {
      momentum: 0,
      dampening: 0,
      weightDecay: 0,
      nesterov: false,
      maximize: false,
      ...options,
    };
    this.state = this.#options.momentum === 0 ? [] : [{ name: "momentum_buffer", initial: 0 }];
  }

  get momentum(): number | undefined {
    return this.#options.momentum === 0 ? undefined : this.#options.momentum;
  }

  get weightDecay(): number {
    return this.#options.weightDecay;
  }

  scalars(
    step: number,
    learningRate: number,
    momentum: number | undefined = this.momentum,
  ): Record<string, number> {
    if (momentum === undefined) return { lr: learningRate };
    return { lr: learningRate, momentum, gradient_share: step === 1 ? 1 : 1 - this.#options.dampening };
  }

  update({ parameter, gradient, state, scalars }: UpdateContext): UpdateResult {
    const decayed = descent({ parameter, gradient }, this.#options);
    const step = (direction: Value): Value => sub(parameter, mul(direction, scalars.lr!));
    if (this.momentum === undefined) return { parameter: step(decayed), state: {} };
    const momentum = scalars.momentum!;
    const buffer = add(mul(state.momentum_buffer!, momentum), mul(decayed, scalars.gradient_share!));
    const direction = this.#options.nesterov ? add(decayed, mul(buffer, momentum)) : buffer;
    return { parameter: step(direction), state: { momentum_buffer: buffer } };
  }

  withWeightDecay(weightDecay: number): SGD {
    return new SGD({ ...this.#options, weightDecay });
  }
}

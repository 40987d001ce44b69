// Stochastic gradient descent with momentum, as torch.optim.SGD.
import * as z from "zod";
import { parseOptions } from "../core/index.ts";
import { add, mul, sub } from "../graph/index.ts";
import { MomentumOptimizer } from "./momentum.ts";
import { descent, type UpdateContext, type UpdateResult } from "./optimizer.ts";

/** Torch's options and defaults; the learning rate is the model's. */
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

const schema: z.ZodType<Required<SGDOptions>> = z.strictObject({
  momentum: z.number().min(0).default(0),
  dampening: z.number().min(0).max(1).default(0),
  weightDecay: z.number().min(0).default(0),
  nesterov: z.boolean().default(false),
  maximize: z.boolean().default(false),
});

/** g += wd p; b = mu b + (1 - dampening) g (the first b is g); p -= lr (nesterov ? g + mu b : b). */
export class SGD extends MomentumOptimizer<Required<SGDOptions>> {
  static readonly schema: z.ZodType = schema;
  readonly name = "SGD";

  constructor(options: SGDOptions = {}) {
    super(parseOptions("SGD", schema, options));
  }

  override scalars(step: number, learningRate: number, momentum?: number): Record<string, number> {
    const share = step === 1 ? 1 : 1 - this.options.dampening;
    return { ...super.scalars(step, learningRate, momentum), gradient_share: share };
  }

  override update(context: UpdateContext): UpdateResult {
    const { parameter, scalars } = context;
    const decayed = descent(context, this.options);
    const buffer = this.buffer(context, mul(decayed, scalars.gradient_share!));
    if (buffer === undefined) return { parameter: sub(parameter, mul(decayed, scalars.lr!)), state: {} };
    const direction = this.options.nesterov ? add(decayed, mul(buffer, scalars.momentum!)) : buffer;
    return { parameter: sub(parameter, mul(direction, scalars.lr!)), state: { momentum_buffer: buffer } };
  }

  override withWeightDecay(weightDecay: number): SGD {
    return new SGD({ ...this.options, weightDecay });
  }
}

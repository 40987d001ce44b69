// RMSprop (Hinton, 2012), as torch.optim.RMSprop.
import * as z from "zod";
import { parseOptions } from "../core/index.ts";
import { add, div, mul, sqrt, sub } from "../graph/index.ts";
import { MomentumOptimizer } from "./momentum.ts";
import { descent, type UpdateContext, type UpdateResult } from "./optimizer.ts";

/** Torch's options and defaults; the learning rate is the model's. */
export interface RMSpropOptions {
  /** Decay of the running mean of the squared gradient; default 0.99. */
  readonly alpha?: number;
  /** Added to the root; default 1e-8. */
  readonly eps?: number;
  /** Added to the gradient times the parameter (L2); default 0. */
  readonly weightDecay?: number;
  /** Default 0: none. */
  readonly momentum?: number;
  /** Divide by the standard deviation of the gradient instead of its root mean square; default false. */
  readonly centered?: boolean;
  /** Ascend instead of descend; default false. */
  readonly maximize?: boolean;
}

const schema: z.ZodType<Required<RMSpropOptions>> = z.strictObject({
  alpha: z.number().min(0).max(1).default(0.99),
  eps: z.number().positive().default(1e-8),
  weightDecay: z.number().min(0).default(0),
  momentum: z.number().min(0).default(0),
  centered: z.boolean().default(false),
  maximize: z.boolean().default(false),
});

/** v = a v + (1 - a) g^2; d = g / (sqrt(v - m^2) + eps), m the running mean of g where centered; p -= lr d. */
export class RMSprop extends MomentumOptimizer<Required<RMSpropOptions>> {
  static readonly schema: z.ZodType = schema;
  readonly name = "RMSprop";

  constructor(options: RMSpropOptions = {}) {
    const resolved = parseOptions("RMSprop", schema, options);
    super(resolved, ["square_avg", ...(resolved.centered ? ["grad_avg"] : [])]);
  }

  override update(context: UpdateContext): UpdateResult {
    const { alpha, eps, centered } = this.options;
    const { parameter, state, scalars } = context;
    const g = descent(context, this.options);
    const square = add(mul(state.square_avg!, alpha), mul(mul(g, g), 1 - alpha));
    const mean = centered ? add(mul(state.grad_avg!, alpha), mul(g, 1 - alpha)) : undefined;
    const variance = mean === undefined ? square : sub(square, mul(mean, mean));
    const direction = div(g, add(sqrt(variance), eps));
    const buffer = this.buffer(context, direction);
    return {
      parameter: sub(parameter, mul(buffer ?? direction, scalars.lr!)),
      state: {
        square_avg: square,
        ...(mean === undefined ? {} : { grad_avg: mean }),
        ...(buffer === undefined ? {} : { momentum_buffer: buffer }),
      },
    };
  }

  override withWeightDecay(weightDecay: number): RMSprop {
    return new RMSprop({ ...this.options, weightDecay });
  }
}

// Adam (Kingma and Ba, 2015) and AdamW (Loshchilov and Hutter, 2019), as torch.optim.
import * as z from "zod";
import { parseOptions } from "../core/index.ts";
import { add, div, maximum, mul, sqrt, sub } from "../graph/index.ts";
import { AdamFamily, type AdamFamilyOptions, adamFamilyFields } from "./adam-family.ts";
import type { UpdateContext, UpdateResult } from "./optimizer.ts";

/** Those of the family, and AMSGrad (Reddi et al., 2018). */
export interface AdamOptions extends AdamFamilyOptions {
  /** Divide by the largest second moment so far; default false. */
  readonly amsgrad?: boolean;
}

const schema: z.ZodType<Required<AdamOptions>> = z.strictObject({
  ...adamFamilyFields,
  amsgrad: z.boolean().default(false),
});

const adamWSchema: z.ZodType<Required<AdamOptions>> = z.strictObject({
  ...adamFamilyFields,
  weightDecay: z.number().min(0).default(0.01),
  amsgrad: z.boolean().default(false),
});

/** p -= lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps). */
abstract class AdamStep extends AdamFamily<Required<AdamOptions>> {
  protected constructor(options: Required<AdamOptions>, decoupled: boolean) {
    super(options, decoupled, options.amsgrad ? ["max_exp_avg_sq"] : []);
  }

  override update(context: UpdateContext): UpdateResult {
    const { eps, amsgrad } = this.options;
    const { state, scalars } = context;
    const { shrunk, mean, square } = this.moments(context);
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
export class Adam extends AdamStep {
  static readonly schema: z.ZodType = schema;
  readonly name = "Adam";

  constructor(options: AdamOptions = {}) {
    super(parseOptions("Adam", schema, options), false);
  }

  override withWeightDecay(weightDecay: number): Adam {
    return new Adam({ ...this.options, weightDecay });
  }
}

/** AdamW: Adam with decoupled weight decay, p *= 1 - lr wd before each step. */
export class AdamW extends AdamStep {
  static readonly schema: z.ZodType = adamWSchema;
  readonly name = "AdamW";

  constructor(options: AdamOptions = {}) {
    super(parseOptions("AdamW", adamWSchema, options), true);
  }

  override withWeightDecay(weightDecay: number): AdamW {
    return new AdamW({ ...this.options, weightDecay });
  }
}

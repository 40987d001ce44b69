// NAdam: Adam with Nesterov momentum (Dozat, 2016), as torch.optim.NAdam.
import * as z from "zod";
import { parseOptions } from "../core/index.ts";
import { add, div, mul, sqrt, sub } from "../graph/index.ts";
import { AdamFamily, type AdamFamilyOptions, adamFamilyFields } from "./adam-family.ts";
import type { UpdateContext, UpdateResult } from "./optimizer.ts";

/** Those of the family, and how the momentum warms up. */
export interface NAdamOptions extends AdamFamilyOptions {
  /** How fast the momentum rises to beta1; default 4e-3. */
  readonly momentumDecay?: number;
  /** Shrink the parameters as AdamW does instead of adding to the gradient; default false. */
  readonly decoupledWeightDecay?: boolean;
}

const schema: z.ZodType<Required<NAdamOptions>> = z.strictObject({
  ...adamFamilyFields,
  momentumDecay: z.number().min(0).default(4e-3),
  decoupledWeightDecay: z.boolean().default(false),
});

/**
 * mu_t = b1 (1 - 0.96^(t psi) / 2), P_t = mu_1 ... mu_t; m and v as in Adam;
 * p -= lr ((1 - mu_t) / (1 - P_t) g + mu_{t+1} / (1 - P_{t+1}) m) / (sqrt(v / (1 - b2^t)) + eps).
 */
export class NAdam extends AdamFamily<Required<NAdamOptions>> {
  static readonly schema: z.ZodType = schema;
  readonly name = "NAdam";
  /** P of the latest step. */
  #product = { step: 0, value: 1 };

  constructor(options: NAdamOptions = {}) {
    const resolved = parseOptions("NAdam", schema, options);
    super(resolved, resolved.decoupledWeightDecay);
  }

  /** It has a schedule of its own. */
  override get momentum(): undefined {
    return undefined;
  }

  override scalars(step: number, learningRate: number): Record<string, number> {
    const mu = this.#mu(step);
    const next = this.#mu(step + 1);
    const product = this.#productUpTo(step);
    return {
      ...super.scalars(step, learningRate),
      gradient_size: (learningRate * (1 - mu)) / (1 - product),
      mean_size: (learningRate * next) / (1 - product * next),
    };
  }

  override update(context: UpdateContext): UpdateResult {
    const { scalars } = context;
    const { gradient, shrunk, mean, square } = this.moments(context);
    const denominator = add(mul(sqrt(square), scalars.root_correction!), this.options.eps);
    const ahead = add(mul(gradient, scalars.gradient_size!), mul(mean, scalars.mean_size!));
    return {
      parameter: sub(shrunk, div(ahead, denominator)),
      state: { exp_avg: mean, exp_avg_sq: square },
    };
  }

  override withWeightDecay(weightDecay: number): NAdam {
    return new NAdam({ ...this.options, weightDecay });
  }

  #mu(step: number): number {
    const { betas, momentumDecay } = this.options;
    return betas[0] * (1 - 0.5 * 0.96 ** (step * momentumDecay));
  }

  #productUpTo(step: number): number {
    let { step: at, value } = this.#product.step <= step ? this.#product : { step: 0, value: 1 };
    while (at < step && value > 0) value *= this.#mu(++at);
    this.#product = { step, value };
    return value;
  }
}

// RAdam: Adam with a rectified variance (Liu et al., 2020), as torch.optim.RAdam.
import * as z from "zod";
import { parseOptions } from "../core/index.ts";
import { add, div, mul, sqrt, sub } from "../graph/index.ts";
import { AdamFamily, type AdamFamilyOptions, adamFamilyFields } from "./adam-family.ts";
import type { UpdateContext, UpdateResult } from "./optimizer.ts";

/** Those of the family, and where weight decay acts. */
export interface RAdamOptions extends AdamFamilyOptions {
  /** Shrink the parameters as AdamW does instead of adding to the gradient; default false. */
  readonly decoupledWeightDecay?: boolean;
}

const schema: z.ZodType<Required<RAdamOptions>> = z.strictObject({
  ...adamFamilyFields,
  decoupledWeightDecay: z.boolean().default(false),
});

/** Longer averages than this are long enough to divide by. */
const SHORTEST_AVERAGE = 5;

/** m and v as in Adam; while v is the mean of few gradients p -= lr m / (1 - b1^t), then Adam's step times r_t. */
export class RAdam extends AdamFamily<Required<RAdamOptions>> {
  static readonly schema: z.ZodType = schema;
  readonly name = "RAdam";

  constructor(options: RAdamOptions = {}) {
    const resolved = parseOptions("RAdam", schema, options);
    super(resolved, resolved.decoupledWeightDecay);
  }

  override scalars(step: number, learningRate: number, momentum?: number): Record<string, number> {
    const [, beta2] = this.options.betas;
    const correction = 1 - beta2 ** step;
    const longest = 2 / (1 - beta2) - 1;
    const length = longest - (2 * step * beta2 ** step) / correction;
    const rectified = length > SHORTEST_AVERAGE;
    const rectification = Math.sqrt(
      ((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length),
    );
    const scalars = super.scalars(step, learningRate, momentum);
    const size = scalars.step_size!;
    return {
      ...scalars,
      plain_size: rectified ? 0 : size,
      adaptive_size: rectified ? size * rectification * Math.sqrt(correction) : 0,
    };
  }

  override update(context: UpdateContext): UpdateResult {
    const { scalars } = context;
    const { shrunk, mean, square } = this.moments(context);
    const adaptive = div(scalars.adaptive_size!, add(sqrt(square), this.options.eps));
    const size = add(adaptive, scalars.plain_size!);
    return { parameter: sub(shrunk, mul(mean, size)), state: { exp_avg: mean, exp_avg_sq: square } };
  }

  override withWeightDecay(weightDecay: number): RAdam {
    return new RAdam({ ...this.options, weightDecay });
  }
}

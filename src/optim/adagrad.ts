// Adagrad (Duchi et al., 2011), as torch.optim.Adagrad.

import * as z from "zod";
import { parseOptions } from "../core/index.ts";
import { add, div, mul, sqrt, sub } from "../graph/index.ts";
import {
  descent,
  type Optimizer,
  type OptimizerState,
  type UpdateContext,
  type UpdateResult,
} from "./optimizer.ts";

/** Torch's options and defaults; the learning rate is the model's. */
export interface AdagradOptions {
  /** The learning rate of step t is divided by 1 + (t - 1) lrDecay; default 0. */
  readonly lrDecay?: number;
  /** Added to the gradient times the parameter (L2); default 0. */
  readonly weightDecay?: number;
  /** What the sum of squared gradients begins with; default 0. */
  readonly initialAccumulatorValue?: number;
  /** Added to the root; default 1e-10. */
  readonly eps?: number;
  /** Ascend instead of descend; default false. */
  readonly maximize?: boolean;
}

const schema = z.strictObject({
  lrDecay: z.number().min(0).default(0),
  weightDecay: z.number().min(0).default(0),
  initialAccumulatorValue: z.number().min(0).default(0),
  eps: z.number().positive().default(1e-10),
  maximize: z.boolean().default(false),
});

/** s += g^2; p -= lr g / (sqrt(s) + eps). */
export class Adagrad implements Optimizer {
  static readonly schema: z.ZodType = schema;
  readonly name = "Adagrad";
  readonly state: readonly OptimizerState[];
  readonly momentum = undefined;
  readonly #options: z.infer<typeof schema>;

  constructor(options: AdagradOptions = {}) {
    this.#options = parseOptions("Adagrad", schema, options);
    this.state = [{ name: "sum", initial: this.#options.initialAccumulatorValue }];
  }

  get weightDecay(): number {
    return this.#options.weightDecay;
  }

  scalars(step: number, learningRate: number): Record<string, number> {
    return { lr: learningRate / (1 + (step - 1) * this.#options.lrDecay) };
  }

  update({ parameter, gradient, state, scalars }: UpdateContext): UpdateResult {
    const g = descent({ parameter, gradient }, this.#options);
    const sum = add(state.sum!, mul(g, g));
    const direction = div(g, add(sqrt(sum), this.#options.eps));
    return { parameter: sub(parameter, mul(direction, scalars.lr!)), state: { sum } };
  }

  withWeightDecay(weightDecay: number): Adagrad {
    return new Adagrad({ ...this.#options, weightDecay });
  }
}

// What optimizers with a momentum buffer have in common.
import { add, mul, type Value } from "../graph/index.ts";
import type { Optimizer, OptimizerState, UpdateContext, UpdateResult } from "./optimizer.ts";

interface MomentumOptions {
  /** 0: none. */
  readonly momentum: number;
  readonly weightDecay: number;
}

/** Keeps `momentum_buffer` for each parameter, from 0, unless the momentum is 0. */
export abstract class MomentumOptimizer<O extends MomentumOptions> implements Optimizer {
  abstract readonly name: string;
  readonly state: readonly OptimizerState[];
  protected readonly options: O;

  /** @param own names of the state beside the buffer */
  protected constructor(options: O, own: readonly string[] = []) {
    this.options = options;
    const names = [...own, ...(options.momentum === 0 ? [] : ["momentum_buffer"])];
    this.state = names.map((name) => ({ name, initial: 0 }));
  }

  abstract update(context: UpdateContext): UpdateResult;
  abstract withWeightDecay(weightDecay: number): Optimizer;

  get momentum(): number | undefined {
    return this.options.momentum === 0 ? undefined : this.options.momentum;
  }

  get weightDecay(): number {
    return this.options.weightDecay;
  }

  scalars(
    _step: number,
    learningRate: number,
    momentum: number | undefined = this.momentum,
  ): Record<string, number> {
    return { lr: learningRate, ...(momentum === undefined ? {} : { momentum }) };
  }

  /** b = mu b + direction; undefined without momentum. */
  protected buffer({ state, scalars }: UpdateContext, direction: Value): Value | undefined {
    if (this.momentum === undefined) return undefined;
    return add(mul(state.momentum_buffer!, scalars.momentum!), direction);
  }
}

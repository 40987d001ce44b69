// What an optimizer is: an elementwise update of parameters, written as graph code.
import { add, mul, neg, sub, type Value } from "../graph/index.ts";

/** A tensor of the parameters' shape that the optimizer keeps, and what it holds before the first step. */
export interface OptimizerState {
  readonly name: string;
  readonly initial: number;
}

/** One update of one tensor of parameters: all values have its shape, scalars have shape []. */
export interface UpdateContext {
  readonly parameter: Value;
  readonly gradient: Value;
  readonly state: Readonly<Record<string, Value>>;
  readonly scalars: Readonly<Record<string, Value>>;
}

/** New values of a parameter and of all of its state, by the state's names. */
export interface UpdateResult {
  readonly parameter: Value;
  readonly state: Readonly<Record<string, Value>>;
}

/**
 * An optimizer. What changes from step to step but is the same for all elements (learning rate, momentum, bias
 * corrections) is computed on the host in float64 and handed to the graph as `scalars`.
 */
export interface Optimizer {
  readonly name: string;
  readonly state: readonly OptimizerState[];
  /** Momentum, or beta1 of Adam and its like, which schedulers may change; undefined: there is none to change. */
  readonly momentum: number | undefined;
  /** 0: none. */
  readonly weightDecay: number;
  /** Scalars of optimizer step `step` (from 1) at `learningRate`; `momentum` instead of its own where given. */
  scalars(step: number, learningRate: number, momentum?: number): Readonly<Record<string, number>>;
  /** The update as graph code. It must be elementwise: it is applied to many parameters laid end to end. */
  update(context: UpdateContext): UpdateResult;
  /** The same optimizer with another weight decay, for groups of parameters that differ in it. */
  withWeightDecay(weightDecay: number): Optimizer;
}

/** The gradient to go down: turned round where `maximize`, plus `weightDecay` times the parameter (L2). */
export function descent(
  { parameter, gradient }: Pick<UpdateContext, "parameter" | "gradient">,
  { weightDecay, maximize }: { readonly weightDecay: number; readonly maximize: boolean },
): Value {
  const direction = maximize ? neg(gradient) : gradient;
  return weightDecay === 0 ? direction : add(direction, mul(parameter, weightDecay));
}

/** Moves a running mean by a share towards a value: mean + share (value - mean), as torch.lerp. */
export function lerp(mean: Value, value: Value, share: Value | number): Value {
  return add(mean, mul(sub(value, mean), share));
}

// Layers that leave parts out at random while training; in evaluation they do nothing.
import { mul, type Value } from "../../graph/index.ts";
import { currentTrace } from "../current-trace.ts";
import { Module } from "../module.ts";

function checkProbability(probability: number): void {
  if (probability >= 0 && probability <= 1) return;
  throw new RangeError(`a probability must lie in 0 to 1, not ${probability}`);
}

/** Each element is 0 with `probability`, else divided by the share that stays. No state. */
export class Dropout extends Module {
  readonly probability: number;

  /** @param probability default 0.5 */
  constructor(probability = 0.5) {
    super();
    checkProbability(probability);
    this.probability = probability;
  }

  override forward(x: Value): Value {
    return dropped(x, x.shape, this.probability);
  }
}

/**
 * Leaves out a residual branch, all of a sample's, with `probability`: Huang et al., "Deep Networks with Stochastic
 * Depth" (2016), torchvision's mode "row". No state.
 */
export class StochasticDepth extends Module {
  readonly probability: number;

  constructor(probability: number) {
    super();
    checkProbability(probability);
    this.probability = probability;
  }

  override forward(x: Value): Value {
    return dropped(x, [x.shape[0]!, ...x.shape.slice(1).map(() => 1)], this.probability);
  }
}

/** `x` times ones and zeros of `shape`, so that its mean stays. */
function dropped(x: Value, shape: Value["shape"], probability: number): Value {
  const trace = currentTrace();
  if (!trace.training || probability === 0) return x;
  if (probability === 1) return mul(x, 0);
  return mul(x, mul(trace.bernoulli(shape, 1 - probability), 1 / (1 - probability)));
}

// Activations as layers, for use in `Sequential`. They take values of any shape and have no state.
import {
  gelu,
  geluTanh,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  mul,
  relu,
  relu6,
  sigmoid,
  silu,
  tanh,
  type Value,
} from "../../graph/index.ts";
import { Module } from "../module.ts";

/** max(x, 0) */
export class ReLU extends Module {
  override forward(x: Value): Value {
    return relu(x);
  }
}

/** min(max(x, 0), 6) */
export class ReLU6 extends Module {
  override forward(x: Value): Value {
    return relu6(x);
  }
}

/** x where it is positive, else slope x. */
export class LeakyReLU extends Module {
  readonly #slope: number;

  /** @param slope default 0.01 */
  constructor(slope = 0.01) {
    super();
    this.#slope = slope;
  }

  override forward(x: Value): Value {
    return leakyRelu(x, this.#slope);
  }
}

/** 1 / (1 + exp(-x)) */
export class Sigmoid extends Module {
  override forward(x: Value): Value {
    return sigmoid(x);
  }
}

/** (x + 3) / 6 clipped to 0 and 1. */
export class Hardsigmoid extends Module {
  override forward(x: Value): Value {
    return hardSigmoid(x);
  }
}

/** x (x + 3) / 6, the factor clipped to 0 and 1. */
export class Hardswish extends Module {
  override forward(x: Value): Value {
    return hardSwish(x);
  }
}

/** x / (1 + exp(-x)), also called swish. */
export class SiLU extends Module {
  override forward(x: Value): Value {
    return silu(x);
  }
}

/** x times the share of a normal distribution below x. */
export class GELU extends Module {
  readonly #approximate: "none" | "tanh";

  /** @param approximate the error function as it is (default), or by tanh; torch's names. */
  constructor(approximate: "none" | "tanh" = "none") {
    super();
    this.#approximate = approximate;
  }

  override forward(x: Value): Value {
    return this.#approximate === "tanh" ? geluTanh(x) : gelu(x);
  }
}

/** x sigmoid(1.702 x), an estimate of GELU: Hendrycks and Gimpel (2016); CLIP's. */
export class QuickGELU extends Module {
  override forward(x: Value): Value {
    return mul(x, sigmoid(mul(x, 1.702)));
  }
}

/** Hyperbolic tangent. */
export class Tanh extends Module {
  override forward(x: Value): Value {
    return tanh(x);
  }
}

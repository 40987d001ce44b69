// Activations as layers, for use in `Sequential`.
import { relu, sigmoid, tanh, type Value } from "../../graph/index.ts";
import { Module } from "../module.ts";

/** max(x, 0), elementwise, of any shape. No state. */
export class ReLU extends Module {
  override forward(x: Value): Value {
    return relu(x);
  }
}

/** 1 / (1 + exp(-x)), elementwise, of any shape. No state. */
export class Sigmoid extends Module {
  override forward(x: Value): Value {
    return sigmoid(x);
  }
}

/** Hyperbolic tangent, elementwise, of any shape. No state. */
export class Tanh extends Module {
  override forward(x: Value): Value {
    return tanh(x);
  }
}

// Activations as layers, for use in `Sequential`.
import { relu, sigmoid, tanh, type Value } from "../../graph/index.ts";
import { Module } from "../module.ts";

export class ReLU extends Module {
  override forward(x: Value): Value {
    return relu(x);
  }
}

export class Sigmoid extends Module {
  override forward(x: Value): Value {
    return sigmoid(x);
  }
}

export class Tanh extends Module {
  override forward(x: Value): Value {
    return tanh(x);
  }
}

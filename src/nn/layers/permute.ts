// The axes of a value in another order.
import { transpose, type Value } from "../../graph/index.ts";
import { Module } from "../module.ts";

/** Axis i of the result is axis `order[i]` of what it is given. No state. */
export class Permute extends Module {
  readonly #order: readonly number[];

  constructor(order: readonly number[]) {
    super();
    this.#order = order;
  }

  override forward(x: Value): Value {
    return transpose(x, this.#order);
  }
}

// Modules one behind another, named by their index.
import type { Value } from "../../graph/index.ts";
import { Module } from "../module.ts";

/** Each module takes what the one before it gives. State names begin with the index (`0.weight`), as in torch. */
export class Sequential extends Module {
  readonly #modules: readonly Module[];

  constructor(...modules: readonly Module[]) {
    super();
    this.#modules = modules;
  }

  override *children(): Generator<[string, Module]> {
    for (const [i, module] of this.#modules.entries()) yield [String(i), module];
  }

  override forward(x: Value): Value {
    return this.#modules.reduce((value, module) => module.call(value), x);
  }
}

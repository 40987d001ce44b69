// Modules one behind another, named by their index or as they are given.
import type { Value } from "../../graph/index.ts";
import { Module } from "../module.ts";

/**
 * Each module takes what the one before it gives. State names begin with a module's index (`0.weight`) or, for those in
 * a record, with its key (torch's `OrderedDict`).
 */
export class Sequential extends Module {
  readonly #modules: readonly (readonly [string, Module])[];

  constructor(...modules: readonly (Module | Readonly<Record<string, Module>>)[]) {
    super();
    this.#modules = modules.flatMap((part, i) =>
      part instanceof Module ? [[String(i), part] as const] : Object.entries(part),
    );
  }

  override *children(): Generator<[string, Module]> {
    for (const [name, module] of this.#modules) yield [name, module];
  }

  override forward(x: Value): Value {
    return this.#modules.reduce((value, [, module]) => module.call(value), x);
  }
}

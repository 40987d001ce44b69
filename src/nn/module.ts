// A module: parameters, buffers and sub-modules as properties, and a forward computation.
import type { Value } from "../graph/index.ts";
import { currentTrace } from "./current-trace.ts";
import { Buffer, Parameter } from "./parameter.ts";

/**
 * Base class of layers and models. State is found through properties: a property that holds a `Parameter`,
 * a `Buffer`, a `Module` or an array of modules is part of the model under the property's name, so that
 * names are those of PyTorch's `state_dict` (`layer1.0.conv1.weight`). Define properties in that order.
 */
export abstract class Module {
  /** Writes this module's computation on `x` into the graph. Call sub-modules with `call`. */
  abstract forward(x: Value): Value;

  /** Applies the module within its scope, so that errors and nodes carry its path. */
  call(x: Value): Value {
    return currentTrace().within(this, () => this.forward(x));
  }

  /** Direct sub-modules with their property names. */
  *children(): Generator<[string, Module]> {
    for (const [name, property] of Object.entries(this)) {
      if (property instanceof Module) yield [name, property];
      else if (Array.isArray(property)) {
        for (const [i, item] of property.entries()) if (item instanceof Module) yield [`${name}.${i}`, item];
      }
    }
  }

  /** This module and all below it, with paths; the root's path is empty. */
  *namedModules(prefix = ""): Generator<[string, Module]> {
    yield [prefix, this];
    for (const [name, child] of this.children()) yield* child.namedModules(join(prefix, name));
  }

  /** All parameters in the order of PyTorch's `parameters()`. */
  *namedParameters(): Generator<[string, Parameter]> {
    for (const [name, state] of this.namedState()) if (state instanceof Parameter) yield [name, state];
  }

  *namedBuffers(): Generator<[string, Buffer]> {
    for (const [name, state] of this.namedState()) if (state instanceof Buffer) yield [name, state];
  }

  /** Parameters and buffers in the order of PyTorch's `state_dict()`: own parameters, own buffers, then children's. */
  *namedState(): Generator<[string, Parameter | Buffer]> {
    for (const [path, module] of this.namedModules()) {
      const own = Object.entries(module);
      for (const [name, state] of own) if (state instanceof Parameter) yield [join(path, name), state];
      for (const [name, state] of own) if (state instanceof Buffer) yield [join(path, name), state];
    }
  }
}

function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}

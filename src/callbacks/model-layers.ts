// What a network is made of: layers with shapes, parameters, operations and the memory of their results.
import { bytesPerElement, type Shape, sizeOf } from "../core/index.ts";
import {
  BATCH,
  type BoundNode,
  bindBatch,
  createProgram,
  flopsOf,
  Graph,
  input,
  storageOf,
} from "../graph/index.ts";
import { type Module, type StateEntry, stateEntries, trace } from "../nn/index.ts";

/** One module of the network, with all that is in it. */
export interface LayerDescription {
  /** Path of the module, such as `layer1.0`. */
  readonly name: string;
  /** Class of the module. */
  readonly type: string;
  /** Of the layer's last result, without the batch axis. */
  readonly outputShape: Shape;
  readonly parameters: number;
  /** Floating point operations for one input; a multiply-add counts 2. */
  readonly flops: number;
}

/** The whole network, counted for an input of one size. */
export interface ModelDescription {
  readonly type: string;
  /** Without the batch axis. */
  readonly inputShape: Shape;
  readonly layers: readonly LayerDescription[];
  readonly parameters: number;
  readonly trainable: number;
  /** Parameters and buffers. */
  readonly bytes: number;
  /** Floating point operations of a forward pass of one input. */
  readonly flops: number;
  /** Everything that a forward pass of one input computes, as float32: what training keeps, at most. */
  readonly activationBytes: number;
}

/**
 * Describes a network by tracing it once; nothing is computed.
 * @param inputShape without the batch axis
 * @param depth levels of modules that get a line of their own; default 1, the network's direct parts
 */
export function describeModel(network: Module, inputShape: Shape, depth = 1): ModelDescription {
  const entries = stateEntries(network);
  const parameters = entries.filter(({ kind }) => kind === "parameter");
  const nodes = forwardNodes(network, entries, inputShape);
  const modules = [...network.namedModules()].filter(([path]) => path !== "");
  const isShown = ([path, module]: [string, Module]): boolean => {
    const level = modules.filter(([other]) => isInside(path, other)).length;
    return level === depth || (level < depth && module.children().next().done === true);
  };
  return {
    type: network.constructor.name,
    inputShape,
    layers: modules.filter(isShown).map(([name, module]) => {
      const inside = nodes.filter(({ scope }) => isInside(scope, name));
      return {
        name,
        type: module.constructor.name,
        outputShape: inside.at(-1)?.outputs[0]?.shape.slice(1) ?? [],
        parameters: sum(Array.from(module.namedParameters(), ([, { shape }]) => sizeOf(shape))),
        flops: sum(inside.map(flopsOf)),
      };
    }),
    parameters: sum(parameters.map(({ shape }) => sizeOf(shape))),
    trainable: sum(parameters.filter(({ requiresGrad }) => requiresGrad).map(({ shape }) => sizeOf(shape))),
    bytes: sum(entries.map(({ dtype, shape }) => bytesPerElement(dtype) * sizeOf(shape))),
    flops: sum(nodes.map(flopsOf)),
    activationBytes: sum(
      nodes
        .filter(({ op }) => !NO_ACTIVATIONS.has(op))
        .flatMap(({ outputs }) => outputs.map(({ shape }) => bytesPerElement("float32") * sizeOf(shape))),
    ),
  };
}

/** Ops whose results are no new memory. */
const NO_ACTIVATIONS: ReadonlySet<string> = new Set(["input", "variable", "constant", "reshape"]);

function forwardNodes(
  network: Module,
  entries: readonly StateEntry[],
  inputShape: Shape,
): readonly BoundNode[] {
  const variables = new Map(entries.map((entry) => [entry.name, storageOf(entry.name, [entry]).members[0]!]));
  const x = input(new Graph(), "input", "float32", [BATCH, ...inputShape]);
  const { output } = trace(network, x, { training: false, variable: (name) => variables.get(name)! });
  return bindBatch(createProgram({ name: "summary", outputs: { output } }), 1).nodes;
}

function isInside(scope: string, path: string): boolean {
  return scope === path || scope.startsWith(`${path}.`);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

// Runs one layer on the oracle, for tests that compare it with torch's numbers.
import { gradients } from "../../src/autodiff/index.ts";
import { type HostTensor, isFloat, type Shape, toNumbers } from "../../src/core/index.ts";
import {
  constant,
  createProgram,
  Graph,
  input,
  mul,
  reduceSum,
  storageOf,
  type VariableRef,
} from "../../src/graph/index.ts";
import { type Module, stateEntries, trace } from "../../src/nn/index.ts";
import { referenceRuntime } from "../../src/runtime/reference/index.ts";
import { fill } from "../golden/formula.ts";

export interface LayerRun {
  readonly shape: Shape;
  readonly y: readonly number[];
  /** By `x`, and the parameters by name, of the sum of y times the formula tensor `upstream` in [-1, 1). */
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

export interface LayerRunOptions {
  /** Default false. */
  readonly training?: boolean;
  /** By name; a parameter that is not given is the formula tensor of its name in [0.5, 2). */
  readonly state?: Readonly<Record<string, HostTensor>>;
  /** What random numbers are drawn by. */
  readonly key?: HostTensor;
}

/** What a layer makes of `x`, in float64. */
export async function runLayer(
  layer: Module,
  x: HostTensor,
  { training = false, state = {}, key }: LayerRunOptions = {},
): Promise<LayerRun> {
  const entries = stateEntries(layer).filter(({ dtype }) => isFloat(dtype));
  const storage = storageOf("state", entries);
  const variable = (name: string): VariableRef => storage.members.find((member) => member.name === name)!;
  const graph = new Graph();
  const operand = input(graph, "x", "float32", x.shape);
  const { output, parameters } = trace(layer, operand, {
    training,
    variable,
    randomKey: () => input(graph, "key", "int32", [4]),
  });
  const shape = output.shape.map(Number);
  const loss = reduceSum(mul(output, constant(graph, fill("upstream", shape, -1, 1))));
  const slopes = gradients(loss, [operand, ...parameters.values()]);
  const names = ["x", ...parameters.keys()];
  const outputs = Object.fromEntries(names.map((name, i) => [`gradient.${name}`, slopes[i]!]));
  const session = await referenceRuntime.open({ storages: storage.size > 0 ? [storage] : [] });
  await session.write(
    entries.map(({ name, shape }) => ({
      variable: variable(name),
      tensor: state[name] ?? fill(name, shape, 0.5, 2),
    })),
  );
  const executable = await session.compile(
    createProgram({ name: "layer", outputs: { y: output, ...outputs } }),
  );
  const { y, ...rest } = await executable.run({ x, ...(key && { key }) });
  await session.dispose();
  const named = Object.entries(rest).map(([name, { data }]) => [
    name.slice("gradient.".length),
    toNumbers(data),
  ]);
  return { shape, y: toNumbers(y!.data), gradients: Object.fromEntries(named) };
}

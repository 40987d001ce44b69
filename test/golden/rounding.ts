// An oracle that rounds as float32 does: every number that a program computes is moved by up to one unit in its last place.
import { hostTensor, isFloat, sizeOf } from "../../src/core/index.ts";
import {
  constant,
  createProgram,
  Graph,
  mul,
  type Node,
  type Program,
  type Value,
} from "../../src/graph/index.ts";
import type { Runtime } from "../../src/runtime/contract.ts";
import { mapped, withPrograms } from "./decisions.ts";
import { jittered } from "./measure.ts";

/** Ops that take or move numbers as they are. */
const EXACT: ReadonlySet<Node["op"]> = new Set<Node["op"]>([
  ...(["input", "constant", "variable"] as const),
  ...(["reshape", "transpose", "broadcastTo", "slice", "concat", "pad", "maxPool2d", "relu"] as const),
]);

/** Moves the results of every op of a runtime's programs: at random, but always alike. */
export function roundingEachOp(runtime: Runtime): Runtime {
  return withPrograms(runtime, (session, program) => session.compile(moved(program)));
}

function moved({ name, nodes, outputs, updates }: Program): Program {
  const graph = new Graph();
  const copies = new Map<Value, Value>();
  for (const [seed, node] of nodes.entries()) {
    const operands = node.inputs.map((value) => copies.get(value)!);
    const results = graph.within(node.scope, () => graph.append(node.op, operands, node.params));
    for (const [i, value] of node.outputs.entries()) {
      const exact = EXACT.has(node.op) || !isFloat(value.dtype);
      copies.set(value, exact ? results[i]! : moveByRounding(results[i]!, seed));
    }
  }
  return createProgram({
    name,
    outputs: mapped(outputs, (value) => copies.get(value)!),
    updates: updates.map(({ variable, value }) => ({ variable, value: copies.get(value)! })),
  });
}

function moveByRounding(value: Value, seed: number): Value {
  const shape = value.shape as readonly number[];
  const ones = hostTensor("float32", shape, new Float32Array(sizeOf(shape)).fill(1));
  return mul(value, constant(value.node.graph, jittered(ones, seed), value.dtype));
}

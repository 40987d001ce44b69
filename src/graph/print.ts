// A program as text, one node a line, for people and for tests.
import { formatShape } from "../core/index.ts";
import type { Node, Value } from "./graph.ts";
import type { Program } from "./program.ts";

/** The program in the order of execution: `%3: float32[2, 8] = add(%1, %2)  # layer1.0`. */
export function printProgram(program: Program): string {
  const lines = program.nodes.map(printNode);
  for (const { variable, value } of program.updates) lines.push(`update ${variable.name} = %${value.id}`);
  for (const [name, value] of Object.entries(program.outputs)) lines.push(`output ${name} = %${value.id}`);
  return [`program ${program.name}`, ...lines].join("\n");
}

function printNode(node: Node): string {
  const results = node.outputs.map((value) => `%${value.id}: ${printType(value)}`).join(", ");
  const operands = node.inputs.map((value) => `%${value.id}`);
  const params = Object.entries(node.params).map(([key, value]) => `${key}=${printParam(value)}`);
  const scope = node.scope === "" ? "" : `  # ${node.scope}`;
  return `${results} = ${node.op}(${[...operands, ...params].join(", ")})${scope}`;
}

function printType(value: Value): string {
  return `${value.dtype}${formatShape(value.shape)}`;
}

function printParam(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);
  if ("storage" in value && "name" in value) return String(value.name);
  if ("data" in value && "dtype" in value) {
    const data = Array.from(value.data as ArrayLike<number | bigint>);
    return data.length <= 4 ? `[${data.join(", ")}]` : `[${data.slice(0, 3).join(", ")}, ... ${data.length}]`;
  }
  return JSON.stringify(value);
}

// Which updates may be written over the variable while the program still runs.
import { sizeOf } from "../../core/index.ts";
import {
  type BoundNode,
  type BoundProgram,
  type BoundUpdate,
  type BoundValue,
  isOp,
  type VariableRef,
} from "../../graph/index.ts";
import { ELEMENTWISE } from "./elementwise-ops.ts";

/**
 * Whether the new value can be written into the variable's own memory: all that reads overlapping variables
 * has done so before the value's last node runs, because that node depends on it, or is that node, working
 * element by element. Other updates need a place of their own until the run is over.
 */
export function updatesInPlace(program: BoundProgram, update: BoundUpdate): boolean {
  const overlapping = program.nodes.filter(
    (node) => isOp(node, "variable") && overlaps(node.params.variable, update.variable),
  );
  if (overlapping.length === 0) return true;
  const last = update.value.node;
  const before = ancestors(last);
  return overlapping.every((node) => readsEnd(program, node, update, before));
}

function overlaps(a: VariableRef, b: VariableRef): boolean {
  return (
    a.storage === b.storage && a.offset < b.offset + sizeOf(b.shape) && b.offset < a.offset + sizeOf(a.shape)
  );
}

function ancestors(node: BoundNode): Set<BoundNode> {
  const found = new Set<BoundNode>();
  const pending = node.inputs.map((value) => value.node);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    for (const input of next.inputs) pending.push(input.node);
  }
  return found;
}

/** Whether nothing reads the variable's memory through `node` once `update`'s last node has begun. */
function readsEnd(
  program: BoundProgram,
  node: BoundNode,
  update: BoundUpdate,
  before: ReadonlySet<BoundNode>,
): boolean {
  const value = node.outputs[0]!;
  const results: readonly BoundValue[] = [
    ...Object.values(program.outputs),
    ...program.updates.map((other) => other.value),
  ];
  if (results.includes(value)) return false;
  return program.nodes
    .filter((user) => user.inputs.includes(value))
    .every((user) => {
      if (user === update.value.node) return sharesMemory(node, value, update);
      // A reshape's result is the variable's memory under another shape.
      if (user.op === "reshape") return readsEnd(program, user, update, before);
      return before.has(user) && user.outputs.length === 1;
    });
}

/** Whether the update's last node may write over this operand while it reads it. */
function sharesMemory(node: BoundNode, operand: BoundValue, { variable, value }: BoundUpdate): boolean {
  if (!isOp(node, "variable") || !ELEMENTWISE.has(value.node.op)) return false;
  const read = node.params.variable;
  return read.offset === variable.offset && sizeOf(operand.shape) === sizeOf(value.shape);
}

// Inputs, variables and constants.
import type { HostTensor } from "../../../core/index.ts";
import type { BoundNode } from "../../../graph/index.ts";
import { type ElementArray, type ElementType, elementTypeOf, viewElements } from "../plan/element-type.ts";
import type { Planner } from "../plan/planner.ts";

/** An input's place; every run copies the caller's tensor there. */
export function lowerInput(planner: Planner, node: BoundNode<"input">): void {
  const [value] = node.outputs;
  planner.hold(value!, planner.allocateRows(value!.shape, elementTypeOf(value!.dtype)));
  planner.inputs.push({ name: node.params.name, tensor: planner.tensor(value!) });
}

/** A variable where it lies. */
export function lowerVariable(planner: Planner, node: BoundNode<"variable">): void {
  planner.hold(node.outputs[0]!, planner.store.tensorOf(node.params.variable));
}

/** A constant, copied in before every run. */
export function lowerConstant(planner: Planner, node: BoundNode<"constant">): void {
  const [value] = node.outputs;
  const type = elementTypeOf(node.params.dtype);
  const tensor = planner.hold(value!, planner.allocateRows(value!.shape, type));
  planner.constants.push({ tensor, data: elementsOfHost(node.params.tensor, type) });
}

/** A host tensor's elements as they are held. */
export function elementsOfHost({ data }: HostTensor, type: ElementType): ElementArray {
  if (type === "f32") return data instanceof Float32Array ? data : Float32Array.from(data as Float64Array);
  return viewElements(type, data.buffer, data.byteOffset, data.length);
}

// Inputs, variables and constants.
import { sizeOf, stridesOf, type TensorData } from "../../../core/index.ts";
import type { BoundNode } from "../../../graph/index.ts";
import type { Planner } from "../plan/planner.ts";
import { ELEMENT_BYTES, elementTypeOf, Region, type Tensor } from "../plan/tensor.ts";

/** Inputs of at most so many bytes share a region, so that many scalars are one binding. */
const SMALL_INPUT = 256;

/** Small inputs of a type share a region, so that they are written at once. */
export function lowerInput(planner: Planner, { params, outputs }: BoundNode<"input">): void {
  const { name, dtype, shape } = params;
  const type = elementTypeOf(dtype);
  const bytes = Math.max(sizeOf(shape), 1) * ELEMENT_BYTES[type];
  const isSmall = bytes <= SMALL_INPUT;
  const region = isSmall ? planner.smallInputs(type) : new Region(bytes);
  const offset = isSmall ? region.extend(Math.ceil(bytes / 16) * 16) / ELEMENT_BYTES[type] : 0;
  const tensor: Tensor = { region, type, shape, strides: stridesOf(shape), offset };
  planner.inputs.push({ name, tensor });
  planner.hold(outputs[0]!, tensor);
}

/** A view of the session's storage; nothing is copied. */
export function lowerVariable(planner: Planner, { params, outputs }: BoundNode<"variable">): void {
  planner.hold(outputs[0]!, planner.variable(params.variable));
}

/** Lies in memory of the executable's own. */
export function lowerConstant(planner: Planner, { params, outputs }: BoundNode<"constant">): void {
  const type = elementTypeOf(params.dtype);
  planner.hold(outputs[0]!, planner.constant(type, params.tensor.shape, params.tensor.data as TensorData));
}

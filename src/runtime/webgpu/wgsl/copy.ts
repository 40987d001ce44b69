// Copies between views, and constant elements.

import type { DeviceTraits } from "../plan/device-traits.ts";
import type { Dispatch } from "../plan/dispatch.ts";
import { type Tensor, valueTypeOf } from "../plan/tensor.ts";
import { elementwiseKernel } from "./elementwise.ts";
import { literal } from "./expressions.ts";

/** Copies a tensor into another of the same shape and type. */
export function copyKernel(
  source: Tensor,
  target: Tensor,
  label: string,
  traits: DeviceTraits,
): Omit<Dispatch, "scope" | "reads" | "writes"> {
  const { shape } = target;
  return elementwiseKernel(
    {
      work: "movement",
      label: `copy ${label}`,
      shape,
      inputs: [source],
      outputs: [target],
      body: "let y0 = x0;",
    },
    traits,
  );
}

/** Sets every element of a tensor to a number. */
export function fillKernel(
  target: Tensor,
  value: number,
  traits: DeviceTraits,
): Omit<Dispatch, "scope" | "reads" | "writes"> {
  const { shape, type } = target;
  const body = `let y0 = ${literal(valueTypeOf(type), value)};`;
  return elementwiseKernel(
    { work: "movement", label: "fill", shape, inputs: [], outputs: [target], body },
    traits,
  );
}

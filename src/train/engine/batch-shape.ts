// The types of a batch's tensors, whatever the size of the batch: what a program is made for.
import { type Batch, formatShape, type HostTensor } from "../../core/index.ts";
import { BATCH, type ValueType } from "../../graph/index.ts";
import type { BatchShape } from "./programs.ts";

/** Types of a batch's tensors, whatever its size. */
export function batchShape({ images, labels, targets }: Batch): BatchShape {
  return { images: typeOf(images), labels: typeOf(targets ?? labels) };
}

/** The type of a batch's tensor whatever the size of the batch. */
export function typeOf({ dtype, shape }: HostTensor): ValueType {
  return { dtype: dtype === "float64" ? "float32" : dtype, shape: [BATCH, ...shape.slice(1)] };
}

/** What tells batches apart that need programs of their own. */
export function shapeKey(batch: Batch): string {
  const { images, labels } = batchShape(batch);
  return `${images.dtype}${formatShape(images.shape)}${labels.dtype}${formatShape(labels.shape)}`;
}

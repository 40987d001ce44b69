// Ranges of a storage row by row, where its members lie in layouts of their own.
import { ClassifierTrainingError, type Shape, sizeOf } from "../../../core/index.ts";
import type { VariableRef } from "../../../graph/index.ts";
import type { Engine } from "../ffi/index.ts";
import { ELEMENT_BYTES, type ElementType } from "./element-type.ts";
import { dnnlDims, type Tensor } from "./tensor.ts";
import type { VariableStore } from "./variable-store.ts";

/** What copies tensors: the planner. */
export interface Copier {
  readonly engine: Engine;
  readonly store: VariableStore;
  allocateRows(shape: Shape, type: ElementType): Tensor;
  copy(source: Tensor, target: Tensor, label: string): void;
}

/** A copy of the range that `variable` names, row by row. */
export function unpacked(planner: Copier, variable: VariableRef): Tensor {
  const rows = planner.allocateRows(variable.shape, "f32");
  const begin = variable.offset;
  for (const member of planner.store.membersWithin(variable)) {
    const within =
      member.offset >= begin && member.offset + sizeOf(member.shape) <= begin + sizeOf(variable.shape);
    if (!within) {
      throw new ClassifierTrainingError(
        "failure",
        "ONEDNN_VARIABLE_RANGE",
        `variable ${variable.name} cuts through ${member.name}, which has a layout of its own`,
        { hint: "read whole members of a storage" },
      );
    }
    planner.copy(planner.store.tensorOf(member), partOf(planner, rows, member, begin), member.name);
  }
  return rows;
}

/** Writes a range given row by row into its members. */
export function pack(planner: Copier, rows: Tensor, variable: VariableRef): void {
  for (const member of planner.store.membersWithin(variable)) {
    const part = partOf(planner, rows, member, variable.offset);
    planner.copy(part, planner.store.tensorOf(member), member.name);
  }
}

/** A member's elements within row-major elements of the range that begins at `begin`. */
function partOf({ engine }: Copier, rows: Tensor, member: VariableRef, begin: number): Tensor {
  const byteOffset = rows.byteOffset + (member.offset - begin) * ELEMENT_BYTES.f32;
  return { ...rows, byteOffset, shape: member.shape, layout: engine.layout("f32", dnnlDims(member.shape)) };
}

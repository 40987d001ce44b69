// Ops that move elements as ONNX nodes.
import { float32, type HostTensor, hostTensor, isFloat } from "../../core/index.ts";
import { type Dims, fixedDim } from "../../graph/index.ts";
import type { LayoutOps } from "../../graph/ops/layout.ts";
import type { LoweringTable, Operand } from "./lowering.ts";

/** A scalar of the operand's type, for what is padded with. */
function padding(x: Operand, value: number): HostTensor {
  if (isFloat(x.dtype)) return float32([], [value]);
  return x.dtype === "int64"
    ? hostTensor("int64", [], BigInt64Array.of(BigInt(value)))
    : hostTensor("int32", [], Int32Array.of(value));
}

/** Reshaping to a matrix of the same first axis becomes `Flatten`, which leaves that axis free. */
export const layoutLowerings: LoweringTable<LayoutOps> = {
  reshape: (emit, [x], { shape }) =>
    shape.length === 2 && shape[0] === x!.shape[0] && x!.shape.length > 2
      ? [emit.node("Flatten", [x!.name], { axis: 1 })]
      : [emit.reshape(x!.name, shape)],
  transpose: (emit, [x], { permutation }) => [emit.transpose(x!.name, permutation)],
  broadcastTo: (emit, [x], { shape }) => [emit.expand(x!.name, shape)],
  slice: (emit, [x], { starts, ends }) => {
    const cut = x!.shape.flatMap((dim, axis) => (starts[axis] === 0 && ends[axis] === dim ? [] : [axis]));
    const pick = (limits: Dims): number[] => cut.map((axis) => fixedDim(limits[axis]!));
    return [emit.slice(x!.name, cut, pick(starts), pick(ends))];
  },
  concat: (emit, parts, { axis }) => [
    emit.concat(
      parts.map(({ name }) => name),
      axis,
    ),
  ],
  pad: (emit, [x], { before, after, value }) => {
    if (value === 0) return [emit.pad(x!.name, before, after)];
    const fill = emit.constant("padding", padding(x!, value));
    return [emit.node("Pad", [x!.name, emit.integers([...before, ...after]), fill])];
  },
};

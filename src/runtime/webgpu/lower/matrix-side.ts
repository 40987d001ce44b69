// A matrix as a side of a product.
import type { Side } from "../wgsl/gemm.ts";
import type { KernelFrame } from "../wgsl/kernel.ts";

/** Where the elements of one operand lie, for a product's inner loop. */
export interface MatrixSide {
  readonly frame: () => KernelFrame;
  readonly operand: number;
  /** Elements from one row (of A) or column (of B) to the next, and from one depth to the next; one of them is 1. */
  readonly outStride: number;
  readonly depthStride: number;
  readonly outs: number;
  readonly depths: number;
  /** An expression for where the matrix begins. */
  readonly begin?: string;
  readonly wide: boolean;
}

/** Beyond the matrix nothing is read, so that tiles may be larger than what is left of it. */
export function matrixSide({
  frame,
  operand,
  outStride,
  depthStride,
  outs,
  depths,
  begin,
  wide,
}: MatrixSide): Side {
  const base = begin === undefined ? "" : `${begin} + `;
  return {
    along: depthStride === 1 ? "depth" : "out",
    wide,
    prepare: (p, out) =>
      `let ${p}_out = ${out}; let ${p}_in = ${p}_out < ${outs}u; let ${p}_base = ${base}${p}_out * ${outStride}u;`,
    locate: (p, k) => ({
      before: "",
      inside: `${p}_in && ${k} < ${depths}u`,
      place: `${p}_base + ${k} * ${depthStride}u`,
    }),
    isHalf: () => frame().isHalf(operand),
    read: (place) => (wide ? frame().read4(operand, `(${place} / 4u)`) : frame().read(operand, place)),
  };
}

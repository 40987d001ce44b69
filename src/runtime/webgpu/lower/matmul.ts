// Matrix products, with the bias of their rows.
import type { BoundNode, BoundValue } from "../../../graph/index.ts";
import { spread } from "../plan/dispatch.ts";
import type { Planner } from "../plan/planner.ts";
import type { Tensor } from "../plan/tensor.ts";
import { gemmCode } from "../wgsl/gemm.ts";
import { KernelFrame } from "../wgsl/kernel.ts";
import { chooseTile } from "./gemm-tile.ts";
import { matrixSide } from "./matrix-side.ts";

/** With `sum` and `bias` the unit gives only the sum. Transposed operands are read as they lie. */
export function lowerMatmul(
  planner: Planner,
  product: BoundNode<"matmul">,
  sum?: BoundNode<"add">,
  bias?: BoundValue,
): void {
  const [aValue, bValue] = product.inputs as [BoundValue, BoundValue];
  const { transposeA, transposeB } = product.params;
  const [m, n] = product.outputs[0]!.shape as [number, number];
  const k = aValue.shape[transposeA ? 0 : 1]!;
  const a = matrixOf(planner, aValue);
  const b = matrixOf(planner, bValue);
  const biasTensor = bias === undefined ? undefined : planner.tensor(bias);
  const target = planner.produce((sum ?? product).outputs[0]!);
  const [aOut, aDepth] = transposeA ? [a.strides[1]!, a.strides[0]!] : [a.strides[0]!, a.strides[1]!];
  const [bOut, bDepth] = transposeB ? [b.strides[0]!, b.strides[1]!] : [b.strides[1]!, b.strides[0]!];
  const isWide = (tensor: Tensor, depth: number, out: number, outs: number): boolean =>
    tensor.offset % 4 === 0 &&
    (depth === 1 ? out % 4 === 0 && k % 4 === 0 : depth % 4 === 0 && outs % 4 === 0);
  const wideA = isWide(a, aDepth, aOut, m);
  const wideB = isWide(b, bDepth, bOut, n);
  const wideStore = n % 4 === 0 && target.offset % 4 === 0;
  const frame: KernelFrame = new KernelFrame([
    { tensor: target, written: true, width: wideStore ? 4 : 1 },
    { tensor: a, width: wideA ? 4 : 1 },
    { tensor: b, width: wideB ? 4 : 1 },
    ...(biasTensor === undefined ? [] : [{ tensor: biasTensor }]),
  ]);
  const tile = chooseTile(planner.traits, { m, n, batch: 1, isSplit: false });
  const own = (): KernelFrame => frame;
  planner.emit({
    work: "matmul",
    label: `matmul ${m}x${k}x${n}`,
    flops: 2 * m * k * n,
    code: gemmCode(frame, 0, {
      tile,
      m,
      n,
      k,
      parts: 1,
      a: matrixSide({
        frame: own,
        operand: 1,
        outStride: aOut,
        depthStride: aDepth,
        outs: m,
        depths: k,
        wide: wideA,
      }),
      b: matrixSide({
        frame: own,
        operand: 2,
        outStride: bOut,
        depthStride: bDepth,
        outs: n,
        depths: k,
        wide: wideB,
      }),
      rowPlace: `let row_place = row * ${n}u;`,
      wideStore,
      ...(biasTensor === undefined
        ? {}
        : { bias: (column) => biasQuad(frame, 3, column, n, biasTensor.strides[0]!) }),
    }),
    bindings: frame.bindings,
    segments: [frame.numbers],
    workgroups: [
      ...spread(Math.ceil(m / tile.rows) * Math.ceil(n / tile.columns), planner.traits.workgroups),
      1,
    ],
    mergeable: false,
  });
}

/** Four elements of a bias; those behind its end are 0. */
export function biasQuad(
  frame: KernelFrame,
  operand: number,
  column: string,
  count: number,
  stride: number,
): string {
  const elements = [0, 1, 2, 3].map((i) => {
    const place = `min(${column} + ${i}u, ${count - 1}u)`;
    return frame.read(operand, stride === 1 ? place : `${place} * ${stride}u`);
  });
  return `vec4f(${elements.join(", ")})`;
}

/** A matrix one of whose axes is contiguous. */
function matrixOf(planner: Planner, value: BoundValue): Tensor {
  const held = planner.tensor(value);
  const [rows, columns] = held.strides as [number, number];
  const isPlain = (columns === 1 && rows >= held.shape[1]!) || (rows === 1 && columns >= held.shape[0]!);
  return isPlain ? held : planner.inStrides(value);
}

// Matrix products, also of many matrices at once, with the bias of their rows.
import { sizeOf } from "../../../core/index.ts";
import type { BoundNode, BoundValue } from "../../../graph/index.ts";
import { spread } from "../plan/dispatch.ts";
import type { Planner } from "../plan/planner.ts";
import type { Tensor } from "../plan/tensor.ts";
import { gemmCode } from "../wgsl/gemm.ts";
import { iterationOver, offsetAt, splitIndex } from "../wgsl/iteration.ts";
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
  const { shape } = product.outputs[0]!;
  const [m, n] = shape.slice(-2) as [number, number];
  const k = aValue.shape.at(transposeA ? -2 : -1)!;
  const a = matrixOf(planner, aValue);
  const b = matrixOf(planner, bValue);
  const biasTensor = bias === undefined ? undefined : planner.tensor(bias);
  const target = planner.produceActivation((sum ?? product).outputs[0]!);
  const [aRows, aColumns] = a.strides.slice(-2) as [number, number];
  const [bRows, bColumns] = b.strides.slice(-2) as [number, number];
  const [aOut, aDepth] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [bOut, bDepth] = transposeB ? [bRows, bColumns] : [bColumns, bRows];
  const lead = iterationOver(
    shape.slice(0, -2),
    [target, a, b].map(({ strides }) => strides.slice(0, -2)),
  );
  const [yLead, aLead, bLead] = lead.strides as [number[], number[], number[]];
  const count = sizeOf(lead.sizes);
  const isWide = (tensor: Tensor, depth: number, out: number, outs: number): boolean =>
    tensor.offset % 4 === 0 &&
    tensor.strides.slice(0, -2).every((stride) => stride % 4 === 0) &&
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
  const tile = chooseTile(planner.traits, { m, n, batch: count, isSplit: false });
  const own = (): KernelFrame => frame;
  const { workgroups } = planner.traits;
  for (let first = 0; first < count; first += workgroups)
    planner.emit({
      work: "matmul",
      label: `matmul ${count > 1 ? `${count} times ` : ""}${m}x${k}x${n}`,
      flops: 2 * Math.min(count - first, workgroups) * m * k * n,
      code: gemmCode(frame, 0, {
        tile,
        m,
        n,
        k,
        parts: 1,
        setup: `${splitIndex("z", `(wid.z + ${first}u)`, lead.sizes)}
  let a_begin = ${offsetAt("z", aLead)}; let b_begin = ${offsetAt("z", bLead)};`,
        a: matrixSide({
          frame: own,
          operand: 1,
          outStride: aOut,
          depthStride: aDepth,
          outs: m,
          depths: k,
          begin: "a_begin",
          wide: wideA,
        }),
        b: matrixSide({
          frame: own,
          operand: 2,
          outStride: bOut,
          depthStride: bDepth,
          outs: n,
          depths: k,
          begin: "b_begin",
          wide: wideB,
        }),
        rowPlace: `let row_place = ${offsetAt("z", yLead)} + row * ${n}u;`,
        wideStore,
        half: planner.half,
        ...(biasTensor === undefined
          ? {}
          : { bias: (column) => biasQuad(frame, 3, column, n, biasTensor.strides[0]!) }),
      }),
      bindings: frame.bindings,
      segments: [frame.numbers],
      workgroups: [
        ...spread(Math.ceil(m / tile.rows) * Math.ceil(n / tile.columns), workgroups),
        Math.min(count - first, workgroups),
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

/** Matrices one of whose axes is contiguous. */
function matrixOf(planner: Planner, value: BoundValue): Tensor {
  const held = planner.tensor(value);
  const [height, width] = held.shape.slice(-2) as [number, number];
  const [rows, columns] = held.strides.slice(-2) as [number, number];
  const isPlain = (columns === 1 && rows >= width) || (rows === 1 && columns >= height);
  return isPlain ? held : planner.inStrides(value);
}

// Sizes of a graph's dimensions: a number, or the batch axis N and its multiples, which have a size when a program runs.
import type { Shape } from "../core/index.ts";
import { require } from "./shape-error.ts";

/** The size of the batch, or a multiple of it: `12N` where 12 rows belong to each sample. */
export type BatchDim = "N" | `${number}N`;

/** The size of a dimension. */
export type Dim = number | BatchDim;

/** Sizes of a value's dimensions, row-major, outermost first; dimensions of equal names have equal sizes. */
export type Dims<D extends Dim = Dim> = readonly D[];

/** Whether it is a size: a whole number, or a whole multiple of the batch. */
export function isDim(dim: unknown): dim is Dim {
  return typeof dim === "string" ? /^([1-9]\d*)?N$/.test(dim) : Number.isInteger(dim) && (dim as number) >= 0;
}

/** The batch axis. */
export const BATCH: BatchDim = "N";

/** A number of elements, `count` N^`power`. */
interface Size {
  readonly count: number;
  readonly power: number;
}

/** How many samples' worth a batch dimension is: 12 of `12N`. */
export function batchFactor(dim: BatchDim): number {
  return dim === BATCH ? 1 : Number(dim.slice(0, -1));
}

/** `factor` times the batch axis. */
function batchDim(factor: number): BatchDim {
  return factor === 1 ? BATCH : `${factor}N`;
}

function symbolicSize(shape: Dims): Size {
  let [count, power] = [1, 0];
  for (const dim of shape) {
    if (typeof dim !== "number") power++;
    count *= typeof dim === "number" ? dim : batchFactor(dim);
  }
  return { count, power };
}

/** Whether tensors of both shapes have the same number of elements whatever the batch is. */
export function sameSize(a: Dims, b: Dims): boolean {
  const [p, q] = [symbolicSize(a), symbolicSize(b)];
  return p.count === q.count && p.power === q.power;
}

/**
 * The product of dimensions: of `[4, "N", 3]` it is `12N`.
 * @throws ShapeError for a power of N
 */
export function productOf(shape: Dims): Dim {
  const { count, power } = symbolicSize(shape);
  require(power <= 1, `the product of [${shape.join(", ")}] is no multiple of the batch`);
  return power === 0 ? count : batchDim(count);
}

/**
 * The dimension that is missing in `known` for it to have as many elements as `whole`.
 * @throws ShapeError where no whole number or multiple of the batch is
 */
export function missingDim(whole: Dims, known: Dims): Dim {
  const [p, q] = [symbolicSize(whole), symbolicSize(known)];
  const [count, power] = [p.count / q.count, p.power - q.power];
  require(Number.isInteger(count) &&
    (power === 0 ||
      power === 1), `cannot be reshaped: [${whole.join(", ")}] does not divide by [${known.join(", ")}]`);
  return power === 0 ? count : batchDim(count);
}

/** Whether every size is known. */
export function isBoundShape(shape: Dims): shape is Shape {
  return shape.every((dim) => typeof dim === "number");
}

/** The shape for a batch of this size. */
export function bindShape(shape: Dims, batch: number): number[] {
  return shape.map((dim) => (typeof dim === "number" ? dim : batchFactor(dim) * batch));
}

/**
 * A dimension whose size does not depend on the batch.
 * @throws ShapeError for one that does
 */
export function fixedDim(dim: Dim): number {
  require(typeof dim === "number", `a dimension of ${dim} is the batch's, it has no size yet`);
  return dim;
}

/**
 * A shape that does not depend on the batch.
 * @throws ShapeError for one that does
 */
export function fixedShape(shape: Dims): Shape {
  return shape.map(fixedDim);
}

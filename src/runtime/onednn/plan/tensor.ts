// Tensors of a plan: what a value is held as, in which layout, in which piece of memory.
import { type Shape, sizeOf, stridesOf } from "../../../core/index.ts";
import type { Region as PlannedRegion } from "../../planning/index.ts";
import { formatLayout, type Layout } from "../ffi/index.ts";
import type { Place } from "./arena.ts";
import { ELEMENT_BYTES, type ElementType } from "./element-type.ts";

/** Memory of the arena, where the memory plan places it by its lifetime, or fixed (a variable's storage). */
export class Region implements PlannedRegion {
  readonly bytes: number;
  readonly fixed: Place | undefined;

  constructor(bytes: number, fixed?: Region["fixed"]) {
    this.bytes = bytes;
    this.fixed = fixed;
  }
}

/** The elements of a value in memory. */
export interface Tensor {
  readonly region: Region;
  /** Where in the region the tensor begins, in bytes. */
  readonly byteOffset: number;
  readonly type: ElementType;
  readonly shape: Shape;
  /** Absent for types that oneDNN does not know: row-major then. */
  readonly layout: Layout | undefined;
  /**
   * Equal for tensors whose elements of equal index lie at equal offsets: `row-major`, a blocked layout, or the
   * order of a storage whose members have layouts of their own.
   */
  readonly order: string;
}

/** The `order` of elements that lie as JavaScript's arrays have them. */
export const ROW_MAJOR = "row-major";

/** Dimensions as the library takes them: a scalar is a vector of one. */
export function dnnlDims(shape: Shape): readonly number[] {
  return shape.length === 0 ? [1] : shape;
}

/** The order of the elements of a dense layout; layouts that put elements row by row are `row-major`. */
export function orderOf(layout: Layout): string {
  return isRowMajor(layout) ? ROW_MAJOR : formatLayout({ ...layout, type: "f32" });
}

/** Whether element i of the row-major enumeration lies at offset i, as in `aBcd16b` where maps are 1x1. */
export function isRowMajor(layout: Layout): boolean {
  if (layout.format !== "blocked" || layout.offset !== 0) return false;
  const wanted = stridesOf(layout.dims);
  return layout.dims.every((dim, d) => {
    for (let i = 1; i < dim; i++) if (offsetAlong(layout, d, i) !== i * wanted[d]!) return false;
    return true;
  });
}

/** Offset, in elements, of index `i` along dimension `d` (offsets of a blocked layout add up by dimension). */
function offsetAlong(layout: Layout, d: number, i: number): number {
  let inner = layout.blocks.reduce((size, [, block]) => size * block, 1);
  let offset = 0;
  let blockOfDim = layout.blocks.reduce((size, [dim, block]) => (dim === d ? size * block : size), 1);
  offset += Math.floor(i / blockOfDim) * layout.strides[d]!;
  let rest = i % blockOfDim;
  for (const [dim, block] of layout.blocks) {
    inner /= block;
    if (dim !== d) continue;
    blockOfDim /= block;
    offset += Math.floor(rest / blockOfDim) * inner;
    rest %= blockOfDim;
  }
  return offset;
}

/** Bytes of a dense tensor. */
export function bytesOf(type: ElementType, shape: Shape): number {
  return sizeOf(shape) * ELEMENT_BYTES[type];
}

// Tensors of a plan: strided views of regions of memory.
import { ClassifierTrainingError, type DType, type Shape, sizeOf, stridesOf } from "../../../core/index.ts";
import type { Region as PlannedRegion } from "../../planning/index.ts";

/** What kernels compute with; booleans and bytes take 32 bits each, an int64 two words. */
export type ValueType = "f32" | "i32" | "u32" | "i64";

/** A float16, in 16 bits or (where the device has no type of that size) as a float32 of its values. */
export type HalfType = "f16" | "f16in32";

/** Elements as they lie in memory. */
export type ElementType = ValueType | HalfType;

/** Bytes of one element. */
export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  f32: 4,
  i32: 4,
  u32: 4,
  i64: 8,
  f16: 2,
  f16in32: 4,
};

/** Whether elements are float16. */
export function isHalf(type: ElementType): type is HalfType {
  return type === "f16" || type === "f16in32";
}

/** What elements are computed with. */
export function valueTypeOf(type: ElementType): ValueType {
  return isHalf(type) ? "f32" : type;
}

/** Regions begin at multiples of so many bytes: what a binding's offset must be a multiple of. */
export const ALIGNMENT = 256;

/**
 * How elements of a graph value are held. (Whether a float32 is held as a float16 is the planner's choice.)
 * @throws ClassifierTrainingError `WEBGPU_DTYPE` for a dtype that this runtime does not hold.
 */
export function elementTypeOf(dtype: DType): ValueType {
  switch (dtype) {
    case "float32":
      return "f32";
    case "int32":
      return "i32";
    case "int64":
      return "i64";
    case "bool":
    case "uint8":
      return "u32";
    default:
      throw new ClassifierTrainingError(
        "failure",
        "WEBGPU_DTYPE",
        `runtime webgpu holds no ${dtype} tensors`,
        {
          hint: "use float32, int32, int64, uint8 or bool in the graph",
        },
      );
  }
}

/** Where a region outside of the arena lies. */
export type Place =
  | { readonly kind: "storage"; readonly name: string }
  /** Of the executable's own memory. */
  | { readonly kind: "constant"; readonly byteOffset: number };

/** A piece of memory. Compared by identity. */
export class Region implements PlannedRegion {
  #bytes: number;
  readonly fixed?: Place;
  /** Whether tensors of several values lie in it, at offsets of their own. */
  readonly isShared: boolean;

  constructor(bytes: number, { fixed, isShared = false }: { fixed?: Place; isShared?: boolean } = {}) {
    this.#bytes = bytes;
    if (fixed !== undefined) this.fixed = fixed;
    this.isShared = isShared || fixed?.kind === "storage";
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Makes the region longer; returns where the new part begins. */
  extend(bytes: number): number {
    const begin = this.#bytes;
    this.#bytes += bytes;
    return begin;
  }
}

/** A view of a region: element `index` lies at `offset` plus the sum of index times stride, in elements. */
export interface Tensor {
  readonly region: Region;
  readonly type: ElementType;
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Strides of a dense tensor whose channels (axis 1) lie closest together: [N, ..., C] in memory. */
export function channelsLastStrides(shape: Shape): number[] {
  if (shape.length < 3) return stridesOf(shape);
  const [images, channels, ...space] = shape as [number, number, ...number[]];
  const [image, ...rest] = stridesOf([images, ...space, channels]);
  return [image!, rest.at(-1)!, ...rest.slice(0, -1)];
}

/** Whether elements lie at these strides; those of axes of size 1 do not matter. */
export function liesAs({ shape, strides }: Tensor, wanted: readonly number[]): boolean {
  return shape.every((size, axis) => size === 1 || strides[axis] === wanted[axis]);
}

/** Whether the tensor fills a range of memory without gaps or repetition, in some order of its axes. */
export function isDense({ shape, strides }: Tensor): boolean {
  const axes = shape.map((size, axis) => ({ size, stride: strides[axis]! })).filter(({ size }) => size !== 1);
  axes.sort((a, b) => a.stride - b.stride);
  let expected = 1;
  for (const { size, stride } of axes) {
    if (stride !== expected) return false;
    expected *= size;
  }
  return true;
}

/** Bytes of all elements, those that are repeated once. */
export function bytesOf({ shape, strides, type }: Tensor): number {
  return shape.reduce((bytes, size, axis) => bytes * (strides[axis] === 0 ? 1 : size), ELEMENT_BYTES[type]);
}

/** A row-major tensor that fills a new region. */
export function newTensor(
  type: ElementType,
  shape: Shape,
  strides: readonly number[] = stridesOf(shape),
): Tensor {
  const bytes = Math.max(sizeOf(shape), 1) * ELEMENT_BYTES[type];
  return { region: new Region(bytes), type, shape, strides, offset: 0 };
}

// The thin interface that hides which generation of the oneDNN C interface is loaded.
import type { EltwiseAlgorithm, LayoutQuery } from "./constants.ts";
import type { LayoutFacts, NativeLayout } from "./layout.ts";
import type { Operation, PostOp } from "./operation.ts";

/** C types of parameters. Handles are passed as integers: an address is a number below 2^48. */
export type CType = "int" | "uint32_t" | "int64_t" | "uint64_t" | "float" | "void *" | "void";

/** Binds a C function of the loaded library. */
export type Bind = (name: string, result: CType, parameters: readonly CType[]) => NativeFunction;
/** A C function made callable; most give a status, 0 for success. */
export type NativeFunction = (...parameters: readonly unknown[]) => number;

/** A native object, by its address. 0 is none. */
export type Handle = number;

/** What differs between generations 2 and 3. */
export interface Abi {
  readonly generation: 2 | 3;
  /** How a memory descriptor is passed: the struct's address, or a handle. */
  readonly layoutParameter: "void *" | "uint64_t";
  readonly eltwiseAlgorithms: Readonly<Record<EltwiseAlgorithm, number>>;
  /** Argument index of the i-th post-op's tensor, in multiples of this: `base * (i + 1)`. */
  readonly postOpArgumentBase: number;
  /** Whether the gradient of batch norm asks for the shift, although nothing depends on it. */
  readonly normalizationGradientTakesShift: boolean;
  /** Memory descriptor with `strides`, or one whose layout the library is to choose. */
  createLayout(dims: readonly number[], type: number, strides: readonly number[] | undefined): NativeLayout;
  readLayout(layout: NativeLayout): LayoutFacts;
  copyLayout(layout: NativeLayout): NativeLayout;
  freeLayout(layout: NativeLayout): void;
  /** A copy of a descriptor of a primitive descriptor; undefined where it has none. */
  queryLayout(descriptor: Handle, query: LayoutQuery): NativeLayout | undefined;
  /** The same memory seen with other dimensions; undefined where the layout does not allow it. */
  reshapeLayout(layout: NativeLayout, dims: readonly number[]): NativeLayout | undefined;
  /** The same memory with its axes permuted: axis i of the old becomes axis `permutation[i]` of the new. */
  permuteLayout(layout: NativeLayout, permutation: readonly number[]): NativeLayout;
  /** The part of the memory with these dimensions that begins at these indices. */
  partOfLayout(layout: NativeLayout, dims: readonly number[], begin: readonly number[]): NativeLayout;
  appendPostOp(postOps: Handle, postOp: PostOp): void;
  /** Returns the status; the primitive descriptor's handle is stored in `out`. */
  createDescriptor(
    operation: Operation,
    engine: Handle,
    attributes: Handle,
    forwardHint: Handle,
    out: BigUint64Array,
  ): number;
}

/** Absent memory descriptor or attribute. */
export function orNull(handle: NativeLayout | undefined, parameter: Abi["layoutParameter"]): unknown {
  return handle ?? (parameter === "void *" ? null : 0);
}

/** `dnnl_dims_t` of the values given. */
export function dimsOf(values: readonly number[]): BigInt64Array {
  return BigInt64Array.from(values, BigInt);
}

// Ops that move elements without computing: reshape, transpose, broadcast, slice, concat, pad.
import { broadcastShapes, formatShape, type Shape, sameShape, sizeOf } from "../../core/index.ts";
import { require } from "../shape-error.ts";
import type { OpDefinition } from "./definition.ts";

/** The shape to reach. */
export interface ShapeParams {
  readonly shape: Shape;
}

/** The order of the result's axes. */
export interface TransposeParams {
  /** `permutation[i]` is the source axis of result axis i. */
  readonly permutation: readonly number[];
}

/** A box of the operand; every axis is given. */
export interface SliceParams {
  /** First index per axis, inclusive. */
  readonly starts: readonly number[];
  /** Last index per axis, exclusive. */
  readonly ends: readonly number[];
}

/** The axis along which sizes add up, counted from 0. */
export interface ConcatParams {
  readonly axis: number;
}

/** What is put around the operand; every axis is given. */
export interface PadParams {
  /** Elements added before each axis. */
  readonly before: readonly number[];
  /** Elements added behind each axis. */
  readonly after: readonly number[];
  readonly value: number;
}

/** Parameters of the ops by name. */
export interface LayoutOps {
  reshape: ShapeParams;
  transpose: TransposeParams;
  broadcastTo: ShapeParams;
  slice: SliceParams;
  concat: ConcatParams;
  pad: PadParams;
}

/** Types of the results: the operand's dtype throughout. */
export const layoutOps: { readonly [N in keyof LayoutOps]: OpDefinition<LayoutOps[N]> } = {
  reshape: {
    infer: ([x], { shape }) => {
      const whole = shape.every((dim) => Number.isInteger(dim) && dim >= 0);
      require(whole && sizeOf(x!.shape) === sizeOf(shape), `cannot be reshaped to ${formatShape(shape)}`);
      return [{ dtype: x!.dtype, shape }];
    },
  },
  transpose: {
    infer: ([x], { permutation }) => {
      const sorted = [...permutation].sort((a, b) => a - b);
      require(sorted.length === x!.shape.length &&
        sorted.every(
          (axis, i) => axis === i,
        ), `${formatShape(permutation)} is not a permutation of its axes`);
      return [{ dtype: x!.dtype, shape: permutation.map((axis) => x!.shape[axis]!) }];
    },
  },
  broadcastTo: {
    infer: ([x], { shape }) => {
      const joint = broadcastShapes(x!.shape, shape);
      require(joint !== undefined && sameShape(joint, shape), `cannot be broadcast to ${formatShape(shape)}`);
      return [{ dtype: x!.dtype, shape }];
    },
  },
  slice: {
    infer: ([x], { starts, ends }) => {
      const { dtype, shape } = x!;
      require(starts.length === shape.length && ends.length === shape.length, "needs a range for every axis");
      for (const [axis, dim] of shape.entries()) {
        const inside = starts[axis]! >= 0 && starts[axis]! <= ends[axis]! && ends[axis]! <= dim;
        require(inside, `range ${starts[axis]}..${ends[axis]} of axis ${axis} is out of bounds`);
      }
      return [{ dtype, shape: shape.map((_, axis) => ends[axis]! - starts[axis]!) }];
    },
  },
  concat: {
    infer: (parts, { axis }) => {
      const first = parts[0];
      require(first !== undefined, "needs at least one operand");
      require(axis >= 0 && axis < first.shape.length, `axis ${axis} is out of range`);
      let length = 0;
      for (const { dtype, shape } of parts) {
        require(dtype === first.dtype, "operands differ in dtype");
        const fits = shape.length === first.shape.length;
        require(fits &&
          shape.every(
            (dim, i) => i === axis || dim === first.shape[i],
          ), `operands differ beside axis ${axis}`);
        length += shape[axis]!;
      }
      return [{ dtype: first.dtype, shape: first.shape.map((dim, i) => (i === axis ? length : dim)) }];
    },
  },
  pad: {
    infer: ([x], { before, after }) => {
      const { dtype, shape } = x!;
      require(before.length === shape.length &&
        after.length === shape.length, "needs padding for every axis");
      require([...before, ...after].every(
        (n) => Number.isInteger(n) && n >= 0,
      ), "padding must not be negative");
      return [{ dtype, shape: shape.map((dim, axis) => before[axis]! + dim + after[axis]!) }];
    },
  },
};

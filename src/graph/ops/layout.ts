// Ops that move elements without computing: reshape, transpose, broadcast, slice, concat, pad.
import { broadcastShapes, formatShape, sameShape } from "../../core/index.ts";
import { type Dim, type Dims, isDim, sameSize } from "../dim.ts";
import { require } from "../shape-error.ts";
import type { OpDefinition } from "./definition.ts";

/** The shape to reach. */
export interface ShapeParams<D extends Dim = Dim> {
  readonly shape: Dims<D>;
}

/** The order of the result's axes. */
export interface TransposeParams {
  /** `permutation[i]` is the source axis of result axis i. */
  readonly permutation: readonly number[];
}

/** A box of the operand; every axis is given. */
export interface SliceParams<D extends Dim = Dim> {
  /** First index per axis, inclusive. */
  readonly starts: readonly number[];
  /** Last index per axis, exclusive. */
  readonly ends: Dims<D>;
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
export interface LayoutOps<D extends Dim = Dim> {
  reshape: ShapeParams<D>;
  transpose: TransposeParams;
  broadcastTo: ShapeParams<D>;
  slice: SliceParams<D>;
  concat: ConcatParams;
  pad: PadParams;
}

/** Whether a range lies in a dimension; of the batch axis only the whole does. */
function isWithin(start: number, end: Dim, dim: Dim): boolean {
  if (typeof dim !== "number" || typeof end !== "number") return start === 0 && end === dim;
  return start >= 0 && start <= end && end <= dim;
}

/** Types of the results: the operand's dtype throughout. */
export const layoutOps: { readonly [N in keyof LayoutOps]: OpDefinition<LayoutOps[N]> } = {
  reshape: {
    infer: ([x], { shape }) => {
      require(shape.every(isDim) && sameSize(x!.shape, shape), `cannot be reshaped to ${formatShape(shape)}`);
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
      const joint = broadcastShapes<Dim>(x!.shape, shape);
      require(joint !== undefined && sameShape(joint, shape), `cannot be broadcast to ${formatShape(shape)}`);
      return [{ dtype: x!.dtype, shape }];
    },
  },
  slice: {
    infer: ([x], { starts, ends }) => {
      const { dtype, shape } = x!;
      require(starts.length === shape.length && ends.length === shape.length, "needs a range for every axis");
      for (const [axis, dim] of shape.entries()) {
        const [start, end] = [starts[axis]!, ends[axis]!];
        require(isWithin(start, end, dim), `range ${start}..${end} of axis ${axis} is out of bounds`);
      }
      return [
        { dtype, shape: ends.map((end, axis) => (typeof end === "number" ? end - starts[axis]! : end)) },
      ];
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
        const own = shape[axis]!;
        require(typeof own === "number", "nothing can be joined along the batch axis");
        length += own;
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
      const padded = shape.map((dim, axis) => {
        const added = before[axis]! + after[axis]!;
        if (added === 0) return dim;
        require(typeof dim === "number", "the batch axis cannot be padded");
        return dim + added;
      });
      return [{ dtype, shape: padded }];
    },
  },
};

// Reductions over axes, softmax and its logarithm over the last axis.
import { formatShape } from "../../core/index.ts";
import { require } from "../shape-error.ts";
import type { ValueType } from "../value-type.ts";
import type { NoParams, OpDefinition } from "./definition.ts";

/** What is reduced, and whether the rank stays. */
export interface ReduceParams {
  /** Axes to reduce, non-negative, ascending, without repetition; none leaves the operand as it is. */
  readonly axes: readonly number[];
  /** Keep reduced axes with size 1. */
  readonly keepDims: boolean;
}

/** Parameters of the ops by name. */
export interface ReductionOps {
  reduceSum: ReduceParams;
  reduceMax: ReduceParams;
  /** Index (int32) of the first maximum along the last axis. */
  argMax: NoParams;
  /** x - log(sum(exp(x))) over the last axis, computed without overflow. */
  logSoftmax: NoParams;
  /** exp(x) / sum(exp(x)) over the last axis, computed without overflow. */
  softmax: NoParams;
  /** (dy, y) -> dx = y (dy - sum(y dy)) over the last axis */
  softmaxGrad: NoParams;
  /** The sum over the processes that train together, each of which runs the program; of one process the operand. */
  allReduceSum: NoParams;
}

const reduce: OpDefinition<ReduceParams> = {
  infer: ([x], { axes, keepDims }) => {
    const { dtype, shape } = x!;
    for (const [i, axis] of axes.entries()) {
      require(Number.isInteger(axis) && axis >= 0 && axis < shape.length, `axis ${axis} is out of range`);
      require(i === 0 || axes[i - 1]! < axis, "axes must ascend without repetition");
    }
    const reduced = new Set(axes);
    const kept = keepDims
      ? shape.map((dim, axis) => (reduced.has(axis) ? 1 : dim))
      : shape.filter((_, axis) => !reduced.has(axis));
    return [{ dtype, shape: kept }];
  },
};

function lastAxis(x: ValueType): void {
  require(x.shape.length > 0 && x.shape.at(-1) !== 0, "needs a non-empty last axis");
}

/** Types of the results: int32 for `argMax`, else the dtype of the operand. */
export const reductionOps: { readonly [N in keyof ReductionOps]: OpDefinition<ReductionOps[N]> } = {
  reduceSum: reduce,
  reduceMax: reduce,
  argMax: {
    infer: ([x]) => {
      lastAxis(x!);
      return [{ dtype: "int32", shape: x!.shape.slice(0, -1) }];
    },
  },
  logSoftmax: {
    infer: ([x]) => {
      lastAxis(x!);
      return [{ dtype: x!.dtype, shape: x!.shape }];
    },
  },
  softmax: {
    infer: ([x]) => {
      lastAxis(x!);
      return [{ dtype: x!.dtype, shape: x!.shape }];
    },
  },
  softmaxGrad: {
    infer: ([dy, y]) => {
      lastAxis(y!);
      require(formatShape(dy!.shape) === formatShape(y!.shape), "gradient and result differ in shape");
      return [{ dtype: y!.dtype, shape: y!.shape }];
    },
  },
  allReduceSum: {
    infer: ([x]) => {
      require(x!.dtype === "float32", "floats alone are summed over processes");
      return [{ dtype: x!.dtype, shape: x!.shape }];
    },
  },
};

// The op set: every op's parameters and definition, by name.

import type { Dim } from "../dim.ts";
import { type ConvolutionOps, convolutionOps } from "./convolution.ts";
import type { OpDefinition } from "./definition.ts";
import { type ElementwiseOps, elementwiseOps } from "./elementwise.ts";
import { type LayoutOps, layoutOps } from "./layout.ts";
import { type LeafOps, leafOps } from "./leaf.ts";
import { type NormalizationOps, normalizationOps } from "./normalization.ts";
import { type PoolingOps, poolingOps } from "./pooling.ts";
import { type RandomOps, randomOps } from "./random.ts";
import { type ReductionOps, reductionOps } from "./reduction.ts";

/** Parameters of every op. */
export interface OpParams<D extends Dim = Dim>
  extends LeafOps<D>,
    ElementwiseOps,
    ReductionOps,
    LayoutOps<D>,
    ConvolutionOps<D>,
    NormalizationOps,
    PoolingOps<D>,
    RandomOps<D> {}

/** The op's name, as nodes and tables of kernels, gradients and lowerings have it. */
export type OpName = keyof OpParams;

/** Shape inference and cost of every op; adding an op starts with a row here. */
export const OPS: { readonly [N in OpName]: OpDefinition<OpParams[N]> } = {
  ...leafOps,
  ...elementwiseOps,
  ...reductionOps,
  ...layoutOps,
  ...convolutionOps,
  ...normalizationOps,
  ...poolingOps,
  ...randomOps,
};

export {
  type Conv2dInputGradParams,
  type Conv2dParams,
  type Conv2dWeightGradParams,
  type MatmulParams,
  type Pair,
  windowCount,
} from "./convolution.ts";
export type { NoParams, OpDefinition } from "./definition.ts";
export {
  BINARY_OPS,
  type BinaryOp,
  type ClipParams,
  COMPARE_OPS,
  type CompareOp,
  UNARY_OPS,
  type UnaryOp,
} from "./elementwise.ts";
export type { ConcatParams, PadParams, SliceParams, TransposeParams } from "./layout.ts";
export type { BatchNormParams, LayerNormParams } from "./normalization.ts";
export type { AvgPool2dGradParams, Pool2dParams } from "./pooling.ts";
export type { BernoulliParams } from "./random.ts";
export type { ReduceParams } from "./reduction.ts";

// How every op, and every unit of several, becomes steps.
import type { Node, OpName, OpParams } from "../../../graph/index.ts";
import type { Planner } from "../plan/planner.ts";
import type { Unit } from "../plan/units.ts";
import { lowerConvolution, lowerConvolutionInputGrad, lowerConvolutionWeightGrad } from "./convolution.ts";
import { lowerElementwise } from "./elementwise.ts";
import { lowerConstant, lowerInput, lowerVariable } from "./leaf.ts";
import { lowerMatmul } from "./matmul.ts";
import {
  lowerBroadcast,
  lowerConcat,
  lowerPad,
  lowerReshape,
  lowerSlice,
  lowerTranspose,
} from "./movement.ts";
import { lowerBatchNormGrad, lowerBatchNormInference, lowerBatchNormTraining } from "./normalization.ts";
import { lowerAvgPool, lowerAvgPoolGrad, lowerMaxPool, lowerMaxPoolGrad } from "./pooling.ts";
import { lowerArgMax, lowerLogSoftmax, lowerReduction } from "./reduction.ts";
import { lowerBinary, lowerCast, lowerOneHot, lowerSelect, lowerUnary } from "./small-elementwise.ts";

/** The lowering of every op by itself: leaving one out does not compile. */
const LOWERINGS: { readonly [N in OpName]: (planner: Planner, node: Node<N>) => void } = {
  input: lowerInput,
  variable: lowerVariable,
  constant: lowerConstant,
  neg: lowerUnary,
  exp: lowerUnary,
  log: lowerUnary,
  sqrt: lowerUnary,
  reciprocal: lowerUnary,
  abs: lowerUnary,
  sign: lowerUnary,
  relu: lowerUnary,
  sigmoid: lowerUnary,
  tanh: lowerUnary,
  softplus: lowerUnary,
  add: lowerBinary,
  sub: lowerBinary,
  mul: lowerBinary,
  div: lowerBinary,
  maximum: lowerBinary,
  minimum: lowerBinary,
  pow: lowerBinary,
  equal: lowerBinary,
  greater: lowerBinary,
  greaterEqual: lowerBinary,
  select: lowerSelect,
  cast: lowerCast,
  oneHot: lowerOneHot,
  reduceSum: lowerReduction,
  reduceMax: lowerReduction,
  argMax: lowerArgMax,
  logSoftmax: lowerLogSoftmax,
  reshape: lowerReshape,
  transpose: lowerTranspose,
  broadcastTo: lowerBroadcast,
  slice: lowerSlice,
  concat: lowerConcat,
  pad: lowerPad,
  conv2d: lowerConvolution,
  conv2dInputGrad: lowerConvolutionInputGrad,
  conv2dWeightGrad: lowerConvolutionWeightGrad,
  matmul: lowerMatmul,
  batchNormTraining: lowerBatchNormTraining,
  batchNormGrad: lowerBatchNormGrad,
  batchNormInference: lowerBatchNormInference,
  maxPool2d: lowerMaxPool,
  maxPool2dGrad: lowerMaxPoolGrad,
  avgPool2d: lowerAvgPool,
  avgPool2dGrad: lowerAvgPoolGrad,
};

/** Appends the steps of a unit. */
export function lowerUnit(planner: Planner, unit: Unit): void {
  switch (unit.kind) {
    case "node": {
      const lower = LOWERINGS[unit.node.op] as (planner: Planner, node: Node<keyof OpParams>) => void;
      return lower(planner, unit.node);
    }
    case "batchNormRelu": {
      const { normalization, relu } = unit;
      return normalization.op === "batchNormTraining"
        ? lowerBatchNormTraining(planner, normalization as Node<"batchNormTraining">, relu)
        : lowerBatchNormInference(planner, normalization as Node<"batchNormInference">, relu);
    }
    case "batchNormReluGrad":
      return lowerBatchNormGrad(planner, unit.gradient, unit.mask);
    case "linear":
      return lowerMatmul(planner, unit.product, unit.sum, unit.bias);
    case "elementwise":
      return lowerElementwise(planner, unit.nodes);
  }
}

// How every op, and every unit of several, becomes dispatches.
import { type BoundNode, isOp, type OpName } from "../../../graph/index.ts";
import type { Unit } from "../../planning/index.ts";
import type { Planner } from "../plan/planner.ts";
import { lowerConvolution, lowerConvolutionInputGrad, lowerConvolutionWeightGrad } from "./convolution.ts";
import { lowerElementwise, lowerElementwiseNode, lowerOneHot } from "./elementwise.ts";
import { lowerLayerNorm, lowerLayerNormGrad } from "./layer-norm.ts";
import { lowerConstant, lowerInput, lowerVariable } from "./leaf.ts";
import { lowerMatmul } from "./matmul.ts";
import {
  lowerBroadcast,
  lowerConcat,
  lowerOfOneProcess,
  lowerPad,
  lowerReshape,
  lowerSlice,
  lowerTranspose,
} from "./movement.ts";
import { lowerBatchNormGrad, lowerBatchNormInference, lowerBatchNormTraining } from "./normalization.ts";
import { lowerAvgPool, lowerAvgPoolGrad, lowerMaxPool, lowerMaxPoolGrad } from "./pooling.ts";
import { lowerBernoulli } from "./random.ts";
import { lowerArgMax, lowerReduction } from "./reduction.ts";
import { lowerSoftmax, lowerSoftmaxGrad } from "./rows.ts";

/** The lowering of every op by itself: leaving one out does not compile. */
const LOWERINGS: { readonly [N in OpName]: (planner: Planner, node: BoundNode<N>) => void } = {
  input: lowerInput,
  variable: lowerVariable,
  constant: lowerConstant,
  neg: lowerElementwiseNode,
  exp: lowerElementwiseNode,
  log: lowerElementwiseNode,
  sqrt: lowerElementwiseNode,
  reciprocal: lowerElementwiseNode,
  abs: lowerElementwiseNode,
  sign: lowerElementwiseNode,
  relu: lowerElementwiseNode,
  sigmoid: lowerElementwiseNode,
  tanh: lowerElementwiseNode,
  softplus: lowerElementwiseNode,
  erf: lowerElementwiseNode,
  gelu: lowerElementwiseNode,
  geluGrad: lowerElementwiseNode,
  add: lowerElementwiseNode,
  sub: lowerElementwiseNode,
  mul: lowerElementwiseNode,
  div: lowerElementwiseNode,
  maximum: lowerElementwiseNode,
  minimum: lowerElementwiseNode,
  pow: lowerElementwiseNode,
  equal: lowerElementwiseNode,
  greater: lowerElementwiseNode,
  greaterEqual: lowerElementwiseNode,
  select: lowerElementwiseNode,
  clip: lowerElementwiseNode,
  clipGrad: lowerElementwiseNode,
  cast: lowerElementwiseNode,
  oneHot: lowerOneHot,
  reduceSum: lowerReduction,
  reduceMax: lowerReduction,
  argMax: lowerArgMax,
  logSoftmax: lowerSoftmax,
  softmax: lowerSoftmax,
  softmaxGrad: lowerSoftmaxGrad,
  allReduceSum: lowerOfOneProcess,
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
  layerNorm: lowerLayerNorm,
  layerNormGrad: lowerLayerNormGrad,
  maxPool2d: lowerMaxPool,
  maxPool2dGrad: lowerMaxPoolGrad,
  avgPool2d: lowerAvgPool,
  avgPool2dGrad: lowerAvgPoolGrad,
  bernoulli: lowerBernoulli,
};

/** Appends the dispatches of a unit. */
export function lowerUnit(planner: Planner, unit: Unit): void {
  switch (unit.kind) {
    case "node": {
      const lower = LOWERINGS[unit.node.op] as (planner: Planner, node: BoundNode) => void;
      lower(planner, unit.node);
      break;
    }
    case "batchNormRelu": {
      const { normalization, relu } = unit;
      if (isOp(normalization, "batchNormTraining")) lowerBatchNormTraining(planner, normalization, relu);
      else lowerBatchNormInference(planner, normalization, relu);
      break;
    }
    case "batchNormReluGrad":
      lowerBatchNormGrad(planner, unit.gradient, unit.mask);
      break;
    case "linear":
      lowerMatmul(planner, unit.product, unit.sum, unit.bias);
      break;
    case "elementwise":
      lowerElementwise(planner, unit.nodes);
      break;
  }
}

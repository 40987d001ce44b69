// How every op, and every unit of several, becomes steps.
import { type BoundNode, isOp, type OpName, type OpParams } from "../../../graph/index.ts";
import type { Unit } from "../../planning/index.ts";
import type { Planner } from "../plan/planner.ts";
import { lowerAllReduce } from "./all-reduce.ts";
import { lowerConvolution, lowerConvolutionInputGrad, lowerConvolutionWeightGrad } from "./convolution.ts";
import { lowerElementwise } from "./elementwise.ts";
import { lowerLayerNorm, lowerLayerNormGrad } from "./layer-norm.ts";
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
import { lowerBernoulli } from "./random.ts";
import { lowerArgMax, lowerReduction } from "./reduction.ts";
import {
  lowerBinary,
  lowerCast,
  lowerClip,
  lowerClipGrad,
  lowerGeluGrad,
  lowerOneHot,
  lowerSelect,
  lowerUnary,
} from "./small-elementwise.ts";
import { lowerSoftmax, lowerSoftmaxGrad } from "./softmax.ts";

/** The lowering of every op by itself: leaving one out does not compile. */
const LOWERINGS: { readonly [N in OpName]: (planner: Planner, node: BoundNode<N>) => void } = {
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
  erf: lowerUnary,
  gelu: lowerUnary,
  geluGrad: lowerGeluGrad,
  clip: lowerClip,
  clipGrad: lowerClipGrad,
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
  softmax: lowerSoftmax,
  softmaxGrad: lowerSoftmaxGrad,
  allReduceSum: lowerAllReduce,
  logSoftmax: lowerSoftmax,
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

/** Appends the steps of a unit. */
export function lowerUnit(planner: Planner, unit: Unit): void {
  const { lower } = UNIT_LOWERINGS[unit.kind] as { lower: (planner: Planner, unit: Unit) => void };
  lower(planner, unit);
}

type UnitOf<K extends Unit["kind"]> = Extract<Unit, { readonly kind: K }>;

/** The lowering of every kind of unit. */
const UNIT_LOWERINGS: {
  readonly [K in Unit["kind"]]: { readonly lower: (planner: Planner, unit: UnitOf<K>) => void };
} = {
  node: {
    lower(planner, { node }) {
      const lower = LOWERINGS[node.op] as (planner: Planner, node: BoundNode<keyof OpParams>) => void;
      lower(planner, node);
    },
  },
  batchNormRelu: {
    lower(planner, { normalization, relu }) {
      if (isOp(normalization, "batchNormTraining")) lowerBatchNormTraining(planner, normalization, relu);
      else lowerBatchNormInference(planner, normalization, relu);
    },
  },
  batchNormReluGrad: {
    lower: (planner, { gradient, mask }) => lowerBatchNormGrad(planner, gradient, mask),
  },
  linear: { lower: (planner, { product, sum, bias }) => lowerMatmul(planner, product, sum, bias) },
  elementwise: { lower: (planner, { nodes }) => lowerElementwise(planner, nodes) },
};

// Modules, layers, initialisers and losses: what models are written with.

export type { TensorChange } from "../core/index.ts";
export { type AsymmetricLossOptions, asymmetricLoss } from "./asymmetric-loss.ts";
export {
  Backbone,
  ClassificationNetwork,
  countFeatures,
  FeatureClassifier,
  outputLayers,
  Reclassified,
} from "./classification-network.ts";
export { type CurrentTrace, currentTrace } from "./current-trace.ts";
export type { Distribution } from "./drawing/distribution.ts";
export { Ensemble } from "./ensemble.ts";
export {
  fill,
  type Initializer,
  kaimingNormalFanIn,
  kaimingNormalFanOut,
  kaimingUniformFanIn,
  normal,
  truncatedNormal,
  uniform,
  uniformFanIn,
  xavierUniform,
} from "./initializers.ts";
export { IGNORE_INDEX } from "./labels.ts";
export {
  GELU,
  Hardsigmoid,
  Hardswish,
  LeakyReLU,
  QuickGELU,
  ReLU,
  ReLU6,
  Sigmoid,
  SiLU,
  Tanh,
} from "./layers/activation.ts";
export { joinHeads, linearPart, MultiheadAttention, splitHeads } from "./layers/attention.ts";
export { BatchNorm2d, type BatchNorm2dOptions } from "./layers/batch-norm.ts";
export { Conv2d, type Conv2dLayerOptions, type SizeOption } from "./layers/convolution.ts";
export { Dropout, StochasticDepth } from "./layers/dropout.ts";
export { GroupNorm, LayerNorm, LayerNorm2d } from "./layers/layer-norm.ts";
export { Linear, type LinearOptions } from "./layers/linear.ts";
export { NearestNeighbors, type NearestNeighborsOptions } from "./layers/nearest-neighbors.ts";
export { Permute } from "./layers/permute.ts";
export {
  AdaptiveAvgPool2d,
  AvgPool2d,
  type AvgPoolOptions,
  Flatten,
  GlobalAvgPool2d,
  MaxPool2d,
  type PoolOptions,
} from "./layers/pooling.ts";
export { Sequential } from "./layers/sequential.ts";
export {
  type BinaryCrossEntropyOptions,
  binaryCrossEntropyWithLogits,
  type CrossEntropyOptions,
  crossEntropy,
  type FocalLossOptions,
  focalLoss,
  type Reduction,
} from "./losses.ts";
export { Module } from "./module.ts";
export {
  type OneVsRestOptions,
  type OneVsRestTargets,
  oneVsRestTargets,
  type SigmoidFocalLossOptions,
  sigmoidFocalLoss,
} from "./one-vs-rest.ts";
export { Buffer, Parameter, type ParameterOptions } from "./parameter.ts";
export { deriveStages, parameterStages } from "./stages.ts";
export { initialState, type StateDict, type StateEntry, stateEntries } from "./state.ts";
export { type Auxiliary, type Traced, type TraceOptions, trace } from "./trace.ts";

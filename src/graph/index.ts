// The graph: values, nodes, ops, programs and variables. It knows no runtime.

export * from "./activations.ts";
export {
  asBound,
  type BoundNode,
  type BoundProgram,
  type BoundType,
  type BoundUpdate,
  type BoundValue,
  bindBatch,
  isBound,
} from "./bind-batch.ts";
export * from "./build.ts";
export {
  BATCH,
  type BatchDim,
  batchFactor,
  bindShape,
  type Dim,
  type Dims,
  fixedDim,
  fixedShape,
  isBoundShape,
  missingDim,
  sameSize,
} from "./dim.ts";
export { Graph, isOp, type Node, type Value } from "./graph.ts";
export type { CastParams, OneHotParams } from "./ops/elementwise.ts";
export * from "./ops/index.ts";
export type { ShapeParams } from "./ops/layout.ts";
export type { ConstantParams, InputParams, VariableParams } from "./ops/leaf.ts";
export * from "./pooling.ts";
export { printProgram } from "./print.ts";
export {
  countFlops,
  createProgram,
  flopsOf,
  type Program,
  type ProgramParts,
  type Update,
  variablesRead,
} from "./program.ts";
export { adaptiveAvgPool2d, type ResizeMode, resize } from "./resample.ts";
export { type Storage, storageOf, type VariableRef, type VariableSpec, wholeStorage } from "./storage.ts";
export type { ValueType } from "./value-type.ts";

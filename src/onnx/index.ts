// The ONNX format: building, writing and reading models, and lowering graphs to it. Nothing here runs them.
export { type ExportProgramOptions, exportProgram } from "./export-program.ts";
export {
  GraphBuilder,
  type ModelOptions,
  type NodeOptions,
  nodeProto,
  type OnnxAttribute,
  type OnnxDimension,
  valueInfo,
} from "./graph-builder.ts";
export { toHalfPrecision } from "./half-precision.ts";
export { joinModels } from "./join-models.ts";
export { BLOCKED_DOMAIN } from "./lowering/blocks.ts";
export { CONTRIB_DOMAIN, computedAs, Emitter, OPSET } from "./lowering/emitter.ts";
export { type LoweringOptions, lowerNodes } from "./lowering/index.ts";
export {
  decodeModel,
  encodeModel,
  modelInputs,
  modelMetadata,
  modelOutputs,
  type OnnxValueInfo,
  renameInput,
  sameNode,
  withEntry,
  withMetadata,
} from "./model.ts";
export type { ModelProto, NodeProto, TensorProto } from "./onnx.gen.ts";
export { dtypeOf, fromTensorProto, onnxType, toTensorProto } from "./tensor.ts";

// The ONNX format: building, writing and reading models, and lowering graphs to it. Nothing here runs them.
export { type ExportProgramOptions, exportProgram } from "./export-program.ts";
export {
  GraphBuilder,
  type ModelOptions,
  type NodeOptions,
  type OnnxAttribute,
  type OnnxDimension,
} from "./graph-builder.ts";
export { CONTRIB_DOMAIN, computedAs, Emitter, OPSET } from "./lowering/emitter.ts";
export { type LoweringOptions, lowerNodes } from "./lowering/index.ts";
export {
  decodeModel,
  encodeModel,
  modelInputs,
  modelMetadata,
  modelOutputs,
  type OnnxValueInfo,
  withMetadata,
} from "./model.ts";
export type { ModelProto } from "./onnx.gen.ts";
export { dtypeOf, fromTensorProto, onnxType, toTensorProto } from "./tensor.ts";

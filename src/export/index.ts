// Export of trained models to ONNX.
export { type ExportedModel, type ExportRequest, exportModel } from "./export-model.ts";
export { EXPORT_TOLERANCE, type VerificationRequest, verifyExport } from "./verify-export.ts";

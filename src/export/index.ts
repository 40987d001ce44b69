// Export of trained models to ONNX.
export {
  type ExportedModel,
  type ExportRequest,
  exportModel,
  floatModel,
  type ModelInput,
  takingInput,
} from "./export-model.ts";
export { type ImageSize, otherSizes } from "./free-size.ts";
export { INPUT_METADATA_KEY, type PixelInput } from "./pixels/pixel-input.ts";
export { EXPORT_TOLERANCE, type VerificationRequest, verifyExport } from "./verify-export.ts";
export { PIXELS_TOLERANCE, type PixelVerification, verifyPixelInput } from "./verify-pixel-input.ts";

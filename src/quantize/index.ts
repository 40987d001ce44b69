// Quantisation of exported models to 8-bit integers, in QDQ form.
export type { Batches } from "./calibrate.ts";
export type { Probe } from "./probe.ts";
export {
  type Quantization,
  type QuantizationRequest,
  type QuantizedModel,
  quantizeModel,
} from "./quantize-model.ts";
export { CALIBRATION_METHODS, type CalibrationMethod } from "./ranges.ts";

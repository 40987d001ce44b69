// The forms in which a model can be exported, and what their files are called.
import type { ModelInput } from "../../export/index.ts";

/** `onnx`: float32. `onnx-fp16`: weights and arithmetic in float16. `onnx-int8`: quantised, in QDQ form. */
export const EXPORT_FORMATS = ["onnx", "onnx-fp16", "onnx-int8"] as const;

/** One of them. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What a model can take. */
export const MODEL_INPUTS: readonly ModelInput[] = ["float", "pixels", "pixels-batch"];

/** How a model is exported. */
export interface ExportForm {
  readonly format: ExportFormat;
  readonly input: ModelInput;
  /** Whether height and width of the network's input are free. */
  readonly dynamicSize: boolean;
}

/** `model.onnx`, and with what differs from that in its name: `model_int8_pixels.onnx`. */
export function fileNameOf({ format, input, dynamicSize }: ExportForm): string {
  const parts = [
    "model",
    ...(format === "onnx" ? [] : [format.slice("onnx-".length)]),
    ...(dynamicSize ? ["dynamic"] : []),
    ...(input === "float" ? [] : [input.replaceAll("-", "_")]),
  ];
  return `${parts.join("_")}.onnx`;
}

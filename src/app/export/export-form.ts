// Writes a model in the form that is asked for: compared with the trained network first, measured beside its float32 form.
import { ClassifierTrainingError, didYouMean } from "../../core/index.ts";
import type { DataModule } from "../../data/index.ts";
import {
  exportModel,
  type ModelInput,
  otherSizes,
  takingInput,
  verifyPixelInput,
} from "../../export/index.ts";
import { decodeModel, encodeModel } from "../../onnx/index.ts";
import { CALIBRATION_METHODS, type CalibrationMethod } from "../../quantize/index.ts";
import { EXPORT_FORMATS, type ExportFormat, fileNameOf, MODEL_INPUTS } from "./formats.ts";
import { type MeasuredModel, measureModels, type NamedModel } from "./measure-models.ts";
import { type KeptReading, withReading } from "./model-reading.ts";
import { quantizedModels } from "./quantized-export.ts";
import { imageSizeOf, type ModelExport, requestOf, verifyFloat, writeModel } from "./write-export.ts";

/** In which form a model is exported. */
export interface FormRequest {
  /** Default `onnx`. */
  readonly format?: ExportFormat | undefined;
  /** Default `float`. */
  readonly input?: ModelInput | undefined;
  /** Default false. */
  readonly dynamicSize?: boolean | undefined;
  /** Points of accuracy, or of mean average precision, in percent, that another format than `onnx` may lose on validation or test. Default 1. */
  readonly maxDrop?: number | undefined;
  /** Of `onnx-int8`. Default: all methods are tried, and the best is taken. */
  readonly calibration?: CalibrationMethod | undefined;
  /** Of `onnx-int8`: training pictures to calibrate on. Default 256. */
  readonly calibrationPictures?: number | undefined;
}

/** What was written. */
export interface ExportedForm {
  /** The model's file. */
  readonly path: string;
  /** Largest difference between the float32 logits and the trained model's, relative to the largest logit where that is above 1. */
  readonly difference: number;
  /** The float32 model first, the one that was written last; none for format `onnx` where there is nothing to compare it with. */
  readonly measured: readonly MeasuredModel[];
}

/** The model, the pictures that it is measured on, and what goes along. */
export interface FormSource extends ModelExport {
  readonly data: DataModule;
  /** What tables call the float32 model. */
  readonly name: string;
  /** Other models that it is measured beside. */
  readonly others?: readonly NamedModel[];
  /** How the logits of these weights are read, where that has been chosen. */
  readonly reading?: KeptReading | undefined;
  /** Receives what goes on. */
  readonly notify: ((line: string) => void) | undefined;
}

const INT8_HINT =
  "calibrate on more pictures with --calibration-pictures, export as onnx-fp16, train with more pictures, or allow a larger --max-drop";
const HALF_HINT = "export it as onnx, or allow a larger --max-drop";

/**
 * Exports a model in a form.
 * @throws ClassifierTrainingError kind "usage" `EXPORT_FORM` for what does not go together, `EXPORT_DYNAMIC_SIZE`, `EXPORT_PIXELS`;
 *   `EXPORT_MISMATCH`, `EXPORT_NOT_GOOD` where the result is not the model that was trained: then nothing is written
 */
export async function exportInForm(source: FormSource, request: FormRequest): Promise<ExportedForm> {
  const { format = "onnx", input = "float", dynamicSize = false } = request;
  const { preprocessing, threads, reading } = source;
  const { task = "multi_class" } = source.model.labels;
  const imageSize = imageSizeOf(preprocessing);
  const exportRequest = { ...requestOf(source, imageSize), dynamicSize };
  const { bytes: float, labels } = exportModel(exportRequest);
  let difference = 0;
  for (const size of [imageSize, ...(dynamicSize ? otherSizes(imageSize) : [])])
    difference = Math.max(difference, await verifyFloat(source, float, size));
  const half = (): Uint8Array => exportModel({ ...exportRequest, precision: "float16" }).bytes;
  const { bytes: formatted, measured } = await inFormat(source, request, format, float, half);
  let bytes = formatted;
  if (input !== "float") {
    bytes = encodeModel(takingInput(decodeModel(formatted), preprocessing, input));
    await verifyPixelInput(bytes, formatted, { preprocessing, input, task, threads });
  }
  const read = reading === undefined ? { bytes, labels } : withReading(bytes, labels, reading);
  const name = fileNameOf({ format, input, dynamicSize });
  return { path: await writeModel(source, name, read.bytes, read.labels), difference, measured };
}

/** @throws ClassifierTrainingError `EXPORT_NOT_GOOD` */
async function inFormat(
  source: FormSource,
  request: FormRequest,
  format: ExportFormat,
  float: Uint8Array,
  half: () => Uint8Array,
): Promise<{ readonly bytes: Uint8Array; readonly measured: readonly MeasuredModel[] }> {
  const { data, name, others = [], threads, notify, preprocessing, model } = source;
  const { maxDrop = 1, calibration, calibrationPictures } = request;
  const { task = "multi_class" } = model.labels;
  const beside = [{ name, bytes: float }, ...others];
  const measure = (models: readonly NamedModel[]): Promise<MeasuredModel[]> =>
    measureModels(models, data, task, [3, ...imageSizeOf(preprocessing)], threads);
  if (format === "onnx") return { bytes: float, measured: others.length > 0 ? await measure(beside) : [] };
  if (format === "onnx-fp16") {
    const bytes = half();
    const measured = await measure([...beside, { name: "float16", bytes }]);
    const fault = tooBad(measured[0]!, measured.at(-1)!, maxDrop);
    if (fault !== undefined) throw notGood(fault, HALF_HINT);
    return { bytes, measured };
  }
  const options = { calibration, calibrationPictures, maxDrop, threads, notify };
  let measured: MeasuredModel[] = [];
  for await (const quantized of quantizedModels(decodeModel(float), data, task, options)) {
    const compared = measured.length === 0 ? beside : beside.slice(0, 1);
    const rows = await measure([...compared, ...quantized]);
    const made = rows.splice(compared.length);
    if (measured.length === 0) measured = rows;
    const good = made.findLastIndex((model) => tooBad(rows[0]!, model, maxDrop) === undefined);
    if (good === -1) {
      measured.push(...made);
      continue;
    }
    measured.push(...made.filter((_, i) => i !== good), made[good]!);
    return { bytes: quantized[good]!.bytes, measured };
  }
  throw notGood(tooBad(measured[0]!, measured.at(-1)!, maxDrop)!, INT8_HINT);
}

/** @throws ClassifierTrainingError kind "usage" `EXPORT_FORM` */
export function checkForm({ format = "onnx", input = "float", dynamicSize, calibration }: FormRequest): void {
  const unknown = (flag: string, given: string, choices: readonly string[]): ClassifierTrainingError =>
    new ClassifierTrainingError("usage", "EXPORT_FORM", `there is no ${flag.slice(2)} "${given}"`, {
      where: flag,
      hint: didYouMean(given, choices),
    });
  if (!EXPORT_FORMATS.includes(format)) throw unknown("--format", format, EXPORT_FORMATS);
  if (!MODEL_INPUTS.includes(input)) throw unknown("--input", input, MODEL_INPUTS);
  if (calibration !== undefined && !CALIBRATION_METHODS.includes(calibration))
    throw unknown("--calibration", calibration, CALIBRATION_METHODS);
  if (dynamicSize === true && input !== "float") {
    throw new ClassifierTrainingError(
      "usage",
      "EXPORT_FORM",
      `a model that takes ${input} resizes them to one size by itself`,
      { where: "--dynamic", hint: "leave out --dynamic or --input" },
    );
  }
}

/** Where a model loses more than `maxDrop` points on validation or test; undefined where it does not. */
export function tooBad(float: MeasuredModel, model: MeasuredModel, maxDrop: number): string | undefined {
  for (const [part, split] of [
    ["val", "validation"],
    ["test", "test"],
  ] as const) {
    const [before, after] = [float.score[part], model.score[part]];
    if (before === undefined || after === undefined) continue;
    if ((before - after) * 100 <= maxDrop + 1e-9) continue;
    const points = (value: number): string => (value * 100).toFixed(1);
    const compared = {
      accuracy: `is right for ${points(after)} % of the ${split} pictures, float32 for ${points(before)} %`,
      map: `has a mean average precision of ${points(after)} % on the ${split} pictures, float32 of ${points(before)} %`,
    }[model.measure];
    return `${model.name} ${compared}, more than ${maxDrop} point${maxDrop === 1 ? "" : "s"} less`;
  }
  return undefined;
}

function notGood(fault: string, hint: string): ClassifierTrainingError {
  const message = `not good: ${fault}; nothing was written`;
  return new ClassifierTrainingError("failure", "EXPORT_NOT_GOOD", message, { where: "--max-drop", hint });
}

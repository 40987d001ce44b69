// Exports the best weights of a run in a form that is asked for, compared with the trained model or measured beside it.
import { resolve } from "node:path";
import { ClassifierTrainingError, didYouMean } from "../../core/index.ts";
import {
  exportModel,
  type ModelInput,
  otherSizes,
  takingInput,
  verifyPixelInput,
} from "../../export/index.ts";
import { decodeModel, encodeModel } from "../../onnx/index.ts";
import { CALIBRATION_METHODS, type CalibrationMethod } from "../../quantize/index.ts";
import { loadCheckpoint } from "../../train/index.ts";
import { openRun, type RunRequest } from "../run/open-run.ts";
import { EXPORT_FORMATS, type ExportForm, type ExportFormat, fileNameOf, MODEL_INPUTS } from "./formats.ts";
import { type MeasuredModel, measureModels } from "./measure-models.ts";
import { quantizedModels } from "./quantized-export.ts";
import { imageSizeOf, type ModelExport, requestOf, verifyFloat, writeModel } from "./write-export.ts";

/** The run, in which form it is exported, and where that goes. */
export interface ExportWeightsRequest extends RunRequest {
  /** Default: the run's folder. */
  readonly output?: string | undefined;
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
export interface ExportedWeights {
  /** The model's file. */
  readonly path: string;
  /** Largest difference between the float32 logits and the trained model's, relative to the largest logit where that is above 1. */
  readonly difference: number;
  /** The float32 model first, the one that was written last; undefined for format `onnx`, which is the same model. */
  readonly measured: readonly MeasuredModel[] | undefined;
}

const INT8_HINT =
  "calibrate on more pictures with --calibration-pictures, export as onnx-fp16, train with more pictures, or allow a larger --max-drop";

/**
 * Exports the best weights of a finished or interrupted run.
 * @throws ClassifierTrainingError kind "usage" `EXPORT_FORM` for what does not go together, `EXPORT_DYNAMIC_SIZE`, `EXPORT_PIXELS`;
 *   `EXPORT_MISMATCH`, `EXPORT_NOT_GOOD` where the result is not the model that was trained: then nothing is written
 */
export async function exportWeights(request: ExportWeightsRequest): Promise<ExportedWeights> {
  const { format = "onnx", input = "float", dynamicSize = false, maxDrop = 1 } = request;
  const form = { format, input, dynamicSize };
  checkForm(form, request.calibration);
  await using opened = await openRun(request);
  const { folder, settings } = opened;
  const { task = "multi_class" } = opened.model.labels;
  const { threads } = settings.trainer;
  const { tensors } = await loadCheckpoint(opened.weightsFile);
  const source: ModelExport = {
    model: opened.model,
    weights: tensors,
    preprocessing: opened.data.preprocessing,
    runtime: opened.runtime,
    threads,
    folder: resolve(request.output ?? folder.path),
    warn: (line) => request.write?.(`warning: ${line}`),
  };
  const { preprocessing } = source;
  const imageSize = imageSizeOf(preprocessing);
  const exportRequest = { ...requestOf(source, imageSize), dynamicSize };
  const { bytes: float, labels } = exportModel(exportRequest);
  let difference = 0;
  for (const size of [imageSize, ...(dynamicSize ? otherSizes(imageSize) : [])])
    difference = Math.max(difference, await verifyFloat(source, float, size));

  let bytes = float;
  let measured: MeasuredModel[] | undefined;
  if (format === "onnx-fp16") {
    bytes = exportModel({ ...exportRequest, precision: "float16" }).bytes;
    const models = [
      { name: "float32", bytes: float },
      { name: "float16", bytes },
    ];
    measured = await measureModels(models, opened.data, task, [3, ...imageSize], threads);
    checkDrop(measured[0]!, measured[1]!, maxDrop, "export it as onnx, or allow a larger --max-drop");
  } else if (format === "onnx-int8") {
    const { calibration, calibrationPictures } = request;
    const options = { calibration, calibrationPictures, maxDrop, threads, notify: request.write };
    const quantized = await quantizedModels(decodeModel(float), opened.data, task, options);
    bytes = quantized.at(-1)!.bytes;
    const models = [{ name: "float32", bytes: float }, ...quantized];
    measured = await measureModels(models, opened.data, task, [3, ...imageSize], threads);
    checkDrop(measured[0]!, measured.at(-1)!, maxDrop, INT8_HINT);
  }
  if (input !== "float") {
    const outside = bytes;
    bytes = encodeModel(takingInput(decodeModel(outside), preprocessing, input));
    await verifyPixelInput(bytes, outside, { preprocessing, input, task, threads });
  }
  return { path: await writeModel(source, fileNameOf(form), bytes, labels), difference, measured };
}

/** @throws ClassifierTrainingError kind "usage" `EXPORT_FORM` */
function checkForm(
  { format, input, dynamicSize }: ExportForm,
  calibration: CalibrationMethod | undefined,
): void {
  const unknown = (flag: string, given: string, choices: readonly string[]): ClassifierTrainingError =>
    new ClassifierTrainingError("usage", "EXPORT_FORM", `there is no ${flag.slice(2)} "${given}"`, {
      where: flag,
      hint: didYouMean(given, choices),
    });
  if (!EXPORT_FORMATS.includes(format)) throw unknown("--format", format, EXPORT_FORMATS);
  if (!MODEL_INPUTS.includes(input)) throw unknown("--input", input, MODEL_INPUTS);
  if (calibration !== undefined && !CALIBRATION_METHODS.includes(calibration))
    throw unknown("--calibration", calibration, CALIBRATION_METHODS);
  if (dynamicSize && input !== "float") {
    throw new ClassifierTrainingError(
      "usage",
      "EXPORT_FORM",
      `a model that takes ${input} resizes them to one size by itself`,
      { where: "--dynamic", hint: "leave out --dynamic or --input" },
    );
  }
}

/** @throws ClassifierTrainingError `EXPORT_NOT_GOOD` where it loses more than `maxDrop` points on validation or test. */
export function checkDrop(float: MeasuredModel, model: MeasuredModel, maxDrop: number, hint: string): void {
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
    const message = `not good: ${model.name} ${compared}: more than ${maxDrop} point${maxDrop === 1 ? "" : "s"} less; nothing was written`;
    throw new ClassifierTrainingError("failure", "EXPORT_NOT_GOOD", message, { where: "--max-drop", hint });
  }
}

// classifier-training export: an ONNX model of a run's best weights.
import { Command, InvalidArgumentError, Option } from "commander";
import type { ExportedForm, ExportWeightsRequest, MeasuredModel } from "../app/index.ts";
import { ClassifierTrainingError } from "../core/errors.ts";
import { formatTable } from "../core/table.ts";
import { writeLine } from "./output.ts";
import { positiveInteger } from "./predict-command.ts";
import { addRunArguments, runRequest } from "./run-argument.ts";

interface ExportFlags {
  readonly import: readonly string[];
  readonly output?: string;
  readonly format: string;
  readonly input: string;
  readonly dynamic?: string;
  readonly maxDrop: number;
  readonly calibration?: string;
  readonly calibrationPictures: number;
  readonly json?: boolean;
  readonly ensemble?: readonly string[];
  readonly average: "probabilities" | "weights";
}

const HELP = `
Files: model.onnx, model_fp16.onnx, model_int8.onnx; with _dynamic or _pixels in the name where that is so; labels_mapping.json
beside them, and inside each of them.`;

/** Takes a run, by default the newest. */
export function exportCommand(): Command {
  const command = new Command("export").description(
    "export the best weights of a run as an ONNX model with labels_mapping.json",
  );
  return addRunArguments(command)
    .option("-o, --output <folder>", "where to write (default: the run's folder)")
    .option(
      "--format <format>",
      "onnx (float32), onnx-fp16, or onnx-int8 (quantised, calibrated on training pictures)",
      "onnx",
    )
    .option(
      "--input <input>",
      "float (preprocessed pictures), pixels (one picture, uint8 [H, W, 3]) or pixels-batch (uint8 [N, H, W, 3]): with pixels the preprocessing is part of the model",
      "float",
    )
    .addOption(
      new Option("--dynamic <what>", "size: height and width of the network's input are free").choices([
        "size",
      ]),
    )
    .option(
      "--max-drop <points>",
      "points of accuracy or mean average precision, in percent, that fp16 and int8 may lose on validation or test",
      points,
      1,
    )
    .option(
      "--calibration <method>",
      "how int8 chooses ranges: minmax, percentile or entropy (default: the best of them on validation pictures)",
    )
    .option(
      "--calibration-pictures <count>",
      "training pictures that int8 is calibrated on",
      positiveInteger,
      256,
    )
    .option(
      "--ensemble <runs...>",
      "several runs as one model, into the folder of -o; their gain is measured",
    )
    .addOption(
      new Option("--average <what>", "what an ensemble is the mean of")
        .choices(["probabilities", "weights"])
        .default("probabilities"),
    )
    .option("--json", "print as JSON")
    .addHelpText("after", HELP)
    .action(runExport);
}

function points(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError("It must be a number from 0 to 100.");
}

async function runExport(
  run: string | undefined,
  overrides: readonly string[],
  flags: ExportFlags,
): Promise<void> {
  const { import: modules, dynamic, json, format, input, calibration, output, ensemble, average } = flags;
  // What is none of the choices is refused there.
  const form = {
    ...({ format, input, calibration } as Pick<ExportWeightsRequest, "format" | "input" | "calibration">),
    dynamicSize: dynamic === "size",
    maxDrop: flags.maxDrop,
    calibrationPictures: flags.calibrationPictures,
  };
  const { exportEnsemble, exportWeights } = await import("../app/index.ts");
  const request = await runRequest(run, overrides, modules);
  let result: ExportedForm;
  if (ensemble === undefined) result = await exportWeights({ ...request, ...form, output });
  else if (output === undefined) throw noFolder();
  else {
    const runs = request.run === undefined ? ensemble : [request.run, ...ensemble];
    result = await exportEnsemble({ ...request, ...form, runs, average, output });
  }
  const { path, difference, measured } = result;
  process.stdout.write(`${json === true ? toJson(result) : path}\n`);
  if (measured.length > 0) writeLine(toTable(measured));
  if (format !== "onnx") writeLine(`written: ${measured.at(-1)!.name}`);
  const whom = ensemble === undefined ? "the trained model" : "its members put together";
  const where = format === "onnx" ? "" : " in float32";
  writeLine(`equal to ${whom} within ${difference.toExponential(1)}${where}`);
}

function noFolder(): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "ENSEMBLE_OPTIONS", "an ensemble belongs to no run's folder", {
    where: "--ensemble",
    hint: "add -o FOLDER",
  });
}

function toJson({ path, difference, measured }: ExportedForm): string {
  return JSON.stringify({
    path,
    difference,
    models:
      measured.length === 0
        ? undefined
        : measured.map(({ name, measure, score, agreement, pictures, bytes, latency }) => ({
            name,
            [`val_${measure}`]: score.val,
            [`test_${measure}`]: score.test,
            agreement,
            pictures,
            bytes,
            latency_ms: latency,
          })),
  });
}

function toTable(models: readonly MeasuredModel[]): string {
  const percent = (value: number | undefined): string =>
    value === undefined ? "-" : `${(value * 100).toFixed(2)} %`;
  const [first] = models;
  return formatTable(
    [
      "model",
      ...["val", "test"].map((part) => (first!.measure === "map" ? `${part} mAP` : part)),
      "same answer",
      "size",
      "ms a picture, 1 thread",
    ],
    models.map(({ name, score, agreement, bytes, latency }) => [
      name,
      percent(score.val),
      percent(score.test),
      percent(agreement),
      `${(bytes / 1e6).toFixed(2)} MB (${(bytes / first!.bytes).toFixed(2)} x)`,
      `${latency.toFixed(2)} (${(first!.latency / latency).toFixed(2)} x as fast)`,
    ]),
  );
}

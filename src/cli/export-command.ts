// classifier-training export: an ONNX model of a run's best weights.
import { Command, InvalidArgumentError, Option } from "commander";
import type { ExportedWeights, ExportWeightsRequest, MeasuredModel } from "../app/index.ts";
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
  if (flags.ensemble !== undefined) return runEnsemble(run, overrides, flags.ensemble, flags);
  const { import: modules, dynamic, json, format, input, calibration, ...more } = flags;
  // What is none of the choices is refused there.
  const form = { format, input, calibration } as Pick<
    ExportWeightsRequest,
    "format" | "input" | "calibration"
  >;
  const { exportWeights } = await import("../app/index.ts");
  const result = await exportWeights({
    ...(await runRequest(run, overrides, modules)),
    ...form,
    dynamicSize: dynamic === "size",
    output: more.output,
    maxDrop: more.maxDrop,
    calibrationPictures: more.calibrationPictures,
  });
  process.stdout.write(`${json === true ? toJson(result) : result.path}\n`);
  if (result.measured !== undefined) {
    writeLine(toTable(result.measured));
    writeLine(`written: ${result.measured.at(-1)!.name}`);
  }
  const where = result.measured === undefined ? "" : " in float32";
  writeLine(`equal to the trained model within ${result.difference.toExponential(1)}${where}`);
}

async function runEnsemble(
  run: string | undefined,
  overrides: readonly string[],
  runs: readonly string[],
  { import: modules, output, format, input, dynamic, average, json }: ExportFlags,
): Promise<void> {
  const { exportEnsemble } = await import("../app/index.ts");
  const refused = (message: string, hint: string): ClassifierTrainingError =>
    new ClassifierTrainingError("usage", "ENSEMBLE_OPTIONS", message, { where: "--ensemble", hint });
  if (output === undefined) throw refused("an ensemble belongs to no run's folder", "add -o FOLDER");
  if (format !== "onnx" || input !== "float" || dynamic !== undefined)
    throw refused("ensembles are exported in float32 only", "leave out --format, --input and --dynamic");
  const { run: member, overrides: words, registry, write } = await runRequest(run, overrides, modules);
  const members = member === undefined ? runs : [member, ...runs];
  const result = await exportEnsemble({
    runs: members,
    average,
    output,
    overrides: words,
    registry,
    ...(write && { write }),
  });
  process.stdout.write(`${json === true ? toJson(result) : result.path}\n`);
  writeLine(toTable(result.measured));
  writeLine(`equal to its members put together within ${result.difference.toExponential(1)}`);
}

function toJson({ path, difference, measured }: ExportedWeights): string {
  return JSON.stringify({
    path,
    difference,
    models: measured?.map(({ name, measure, score, agreement, pictures, bytes, latency }) => ({
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

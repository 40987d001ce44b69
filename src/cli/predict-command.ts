// classifier-training predict: classify pictures with an exported model.
import { Command, InvalidArgumentError } from "commander";
import type { PicturePrediction } from "../app/tools/predict.ts";
import { formatTable } from "../core/table.ts";

interface PredictFlags {
  readonly topK: number;
  readonly labels?: string;
  readonly json?: boolean;
}

/** A line a picture, as text or JSON. */
export function predictCommand(): Command {
  return new Command("predict")
    .description("classify pictures with an exported model.onnx")
    .argument("<model>", "an exported model, or the folder of a run")
    .argument("<pictures...>", "pictures, or folders that are searched for pictures")
    .option("-k, --top-k <count>", "classes to name for each picture", positiveInteger, 3)
    .option("--labels <file>", "labels_mapping.json, where the model does not hold its labels")
    .option("--json", "print one JSON object per picture and line")
    .action(runPredict);
}

/** For commander's options. @throws InvalidArgumentError for anything but a whole number from 1 */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("It must be a whole number from 1.");
}

/** For commander's options. @throws InvalidArgumentError for anything but a whole number from 0 */
export function positiveOrZero(text: string): number {
  return text === "0" ? 0 : positiveInteger(text);
}

async function runPredict(model: string, pictures: readonly string[], flags: PredictFlags): Promise<void> {
  const { predict, modelOf } = await import("../app/index.ts");
  const results: PicturePrediction[] = [];
  const request = { model: modelOf(model), pictures, topK: flags.topK, labelsPath: flags.labels };
  for await (const result of predict(request)) {
    if (result.error !== undefined) {
      process.stderr.write(`error: ${result.error.toLine()}\n`);
      process.exitCode = result.error.exitCode;
    }
    if (flags.json === true) process.stdout.write(`${toJson(result)}\n`);
    else results.push(result);
  }
  if (flags.json !== true) process.stdout.write(`${toTable(results, flags.topK)}\n`);
}

function toJson({ picture, predictions, error }: PicturePrediction): string {
  const classes = predictions.map(({ classId, label, confidence, unsure }) => ({
    class_id: classId,
    label,
    confidence,
    unsure,
  }));
  return JSON.stringify({
    picture,
    predictions: classes,
    ...(error === undefined ? {} : { error: error.toLine() }),
  });
}

function toTable(results: readonly PicturePrediction[], topK: number): string {
  const rows = results
    .filter(({ predictions }) => predictions.length > 0)
    .map(({ picture, predictions }) => [
      picture,
      ...predictions.map(({ label, confidence, unsure }) => {
        const said = `${label} ${(confidence * 100).toFixed(1)}%`;
        return unsure === undefined ? said : `unsure (${unsure}): ${said}`;
      }),
    ]);
  const columns = Math.max(0, ...rows.map((row) => row.length - 1));
  const header = ["picture", ...Array.from({ length: Math.min(columns, topK) }, (_, i) => `top ${i + 1}`)];
  return formatTable(header, rows);
}

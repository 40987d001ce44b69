// classifier-training predict: classify pictures with an exported model.
import { Command, InvalidArgumentError, Option } from "commander";
import type { TestTimeAugmentation } from "../app/index.ts";
import type { PicturePrediction } from "../app/tools/predict.ts";
import type { PredictionFileRequest } from "../app/tools/prediction-files.ts";
import { formatTable } from "../core/table.ts";
import { writeLine } from "./output.ts";
import { listenForStop } from "./signals.ts";

const EXAMPLES = `
Examples:
  classifier-training predict model.onnx a.jpg b.jpg
  classifier-training predict outputs/2026-11-30/12-00-00 ./photos --out predictions.csv
The second goes on where it was stopped, also by kill -9, when it is given again.`;

interface PredictFlags {
  readonly topK?: number;
  readonly labels?: string;
  readonly json?: boolean;
  readonly out?: string;
  readonly workers?: number;
  readonly tta?: TestTimeAugmentation;
}

/** A line a picture, as text or JSON. */
export function predictCommand(): Command {
  return new Command("predict")
    .description("classify pictures with an exported model.onnx")
    .argument("<model>", "an exported model, or the folder of a run")
    .argument("<pictures...>", "pictures, or folders that are searched for pictures")
    .option(
      "-k, --top-k <count>",
      "classes to name for each picture (default: 3); of several labels always all",
      positiveInteger,
    )
    .option("--labels <file>", "labels_mapping.json, where the model does not hold its labels")
    .option("--json", "print one JSON object per picture and line")
    .option("-o, --out <file>", "write predictions.csv, .jsonl or .parquet, for any number of pictures")
    .addOption(ttaOption())
    .option("--workers <count>", "threads that read pictures ahead", positiveOrZero)
    .addHelpText("after", EXAMPLES)
    .action(runPredict);
}

/** `--tta`. */
export function ttaOption(): Option {
  const description = "average over views of each picture: its mirror image, or five crops";
  return new Option("--tta <views>", description).choices(["flip", "five_crop"]);
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
  const { predict, predictionLine, modelOf } = await import("../app/index.ts");
  const results: PicturePrediction[] = [];
  let [done, unreadable] = [0, 0];
  const { topK, labels: labelsPath, tta: testTimeAugmentation, workers, out } = flags;
  const request = { model: modelOf(model), pictures, topK, labelsPath, testTimeAugmentation, workers };
  if (out !== undefined) return await toFile({ ...request, out });
  for await (const result of predict(request)) {
    done++;
    if (result.error !== undefined) {
      unreadable++;
      process.stderr.write(`error: ${result.error.toLine()}\n`);
      process.exitCode = result.error.exitCode;
    }
    if (flags.json === true) process.stdout.write(`${predictionLine(result)}\n`);
    else results.push(result);
  }
  if (flags.json !== true) process.stdout.write(`${toTable(results)}\n`);
  if (unreadable > 0) writeLine(`${done} pictures, ${unreadable} unreadable`);
}

async function toFile(request: Omit<PredictionFileRequest, "signal" | "write">): Promise<void> {
  const { writePredictions } = await import("../app/index.ts");
  using stop = listenForStop(writeLine);
  const totals = await writePredictions({ ...request, signal: stop.signal, write: writeLine });
  const { done, pictures, unreadable } = totals;
  writeLine(`${done} of ${pictures} pictures, ${unreadable} unreadable`);
  if (done < pictures) {
    writeLine("the same command goes on");
    process.exitCode = stop.exitCode ?? 1;
    return;
  }
  process.stdout.write(`${request.out}\n`);
  if (unreadable > 0) process.exitCode = 3;
}

/** A column for each rank, or one with the labels that are present. */
function toTable(results: readonly PicturePrediction[]): string {
  const read = results.filter(({ predictions }) => predictions.length > 0);
  if (read.some(({ predictions: [best] }) => best?.present !== undefined)) {
    const rows = read.map(({ picture, predictions }) => [picture, presentLabels(predictions)]);
    return formatTable(["picture", "labels"], rows);
  }
  const rows = read.map(({ picture, predictions }) => [
    picture,
    ...predictions.map((each) => doubted(each, said(each))),
  ]);
  const columns = Math.max(0, ...rows.map((row) => row.length - 1));
  return formatTable(["picture", ...Array.from({ length: columns }, (_, i) => `top ${i + 1}`)], rows);
}

/** The labels that a picture is said to have, likeliest first. */
export function presentLabels(predictions: PicturePrediction["predictions"]): string {
  const present = predictions.filter((each) => each.present === true).map(said);
  const best = predictions[0]!;
  return doubted(best, present.length > 0 ? present.join(", ") : `none (likeliest: ${said(best)})`);
}

function said({ label, confidence }: Prediction): string {
  return `${label} ${(confidence * 100).toFixed(1)}%`;
}

function doubted({ unsure }: Prediction, words: string): string {
  return unsure === undefined ? words : `unsure (${unsure}): ${words}`;
}

type Prediction = PicturePrediction["predictions"][number];

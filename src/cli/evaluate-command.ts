// classifier-training evaluate: the metrics of an exported model on labelled pictures, and a page of them.
import { Command } from "commander";
import type { LabelEvaluation, TestTimeAugmentation } from "../app/index.ts";
import { formatTable } from "../core/table.ts";
import { writeLine } from "./output.ts";
import { ttaOption } from "./predict-command.ts";
import { collect, runRequest } from "./run-argument.ts";
import { thresholdTable } from "./thresholds-command.ts";

interface EvaluateFlags {
  readonly import: readonly string[];
  readonly out: string;
  readonly json?: boolean;
  readonly tta?: TestTimeAugmentation;
}

const EXAMPLES = `
Examples:
  classifier-training evaluate model.onnx data.root=./photos
  classifier-training evaluate outputs/2026-11-30/12-00-00 --out evaluation.html`;

/** Takes an exported model or a run. */
export function evaluateCommand(): Command {
  return new Command("evaluate")
    .description("evaluate an exported model on labelled pictures: metrics, and a page like a run's report")
    .argument("<model>", "an exported model, or the folder of a run")
    .argument("[overrides...]", "settings of the data, such as data.root=./photos (default: the run's)")
    .option("-o, --out <file>", "the page that is written", "evaluation.html")
    .addOption(ttaOption())
    .option("--import <module>", "load a module that registers components (repeatable)", collect, [])
    .option("--json", "print as JSON")
    .addHelpText("after", EXAMPLES)
    .action(runEvaluate);
}

async function runEvaluate(model: string, overrides: readonly string[], flags: EvaluateFlags): Promise<void> {
  const { registry } = await runRequest(model, overrides, flags.import);
  const { evaluate } = await import("../app/index.ts");
  const result = await evaluate({
    model,
    overrides,
    registry,
    out: flags.out,
    testTimeAugmentation: flags.tta,
    write: writeLine,
  });
  if (result.task === "multi_label") {
    describeLabels(result, flags);
    return;
  }
  const { part, evaluation, metrics, accuracyAlone } = result;
  const { samples, accuracy, macroF1, calibrationError, classes } = evaluation;
  if (flags.json === true) {
    const figures = {
      part,
      pictures: samples,
      metrics,
      accuracy,
      accuracyAlone,
      macroF1,
      calibrationError,
      classes,
    };
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    return;
  }
  const all = { ...metrics, macro_f1: macroF1.value, calibration_error: calibrationError };
  const rows = Object.entries(all).map(([name, value]) => [name, value.toFixed(4)]);
  process.stdout.write(`${formatTable(["metric", "value"], rows)}\n`);
  writeLine(`${samples} ${part} pictures`);
  if (accuracyAlone !== undefined)
    writeLine(`accuracy ${accuracy.value.toFixed(4)} with ${flags.tta}, ${accuracyAlone.toFixed(4)} without`);
  process.stdout.write(`${flags.out}\n`);
}

function describeLabels(
  { part, pictures, metrics, labels, viewsGain }: LabelEvaluation,
  flags: EvaluateFlags,
): void {
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify({ part, pictures, metrics, labels, viewsGain })}\n`);
    return;
  }
  const rows = Object.entries(metrics).map(([name, value]) => [name, value.toFixed(4)]);
  process.stdout.write(`${formatTable(["metric", "value"], rows)}\n\n${thresholdTable(labels)}\n`);
  writeLine(`${pictures} ${part} pictures`);
  if (viewsGain !== undefined)
    writeLine(`mAP ${viewsGain.map.toFixed(4)} with ${flags.tta}, ${viewsGain.mapAlone.toFixed(4)} without`);
  process.stdout.write(`${flags.out}\n`);
}

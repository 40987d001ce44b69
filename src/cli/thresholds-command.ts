// classifier-training thresholds: from which probability on each of several labels is there.
import { Command, InvalidArgumentError, Option } from "commander";
import type { EvaluatedLabel, LabelThreshold, ThresholdsRequest, ThresholdsResult } from "../app/index.ts";
import { formatTable } from "../core/table.ts";
import { writeLine } from "./output.ts";
import { addRunArguments, runRequest, tellOfExports } from "./run-argument.ts";

interface ThresholdsFlags {
  readonly import: readonly string[];
  readonly for: ThresholdsRequest["goal"];
  readonly perLabel?: boolean;
  readonly global?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  classifier-training thresholds outputs/2026-11-30/12-00-00 --for f1
  classifier-training thresholds outputs/2026-11-30/12-00-00 --for precision:0.9
  classifier-training thresholds model.onnx task=multi_label data=csv data.file=table.csv --for fbeta:2 --global`;

/** Takes a run, by default the newest, or an exported model and data. */
export function thresholdsCommand(): Command {
  const command = new Command("thresholds").description(
    "choose on validation pictures from which probability on each of several labels is there",
  );
  return addRunArguments(command)
    .option(
      "--for <goal>",
      "f1, fbeta:2, precision:0.9 (at least; as many labels found as can be) or recall:0.95 (default: f1)",
      goalOf,
      { fbeta: 1 },
    )
    .addOption(new Option("--per-label", "a threshold for each label (default)").conflicts("global"))
    .option("--global", "one threshold, chosen over the entries of all labels")
    .option("--json", "print as JSON")
    .addHelpText("after", EXAMPLES)
    .action(runThresholds);
}

function goalOf(text: string): ThresholdsRequest["goal"] {
  const [, kind, value] = /^(f1|fbeta|precision|recall)(?::(.+))?$/.exec(text) ?? [];
  if (kind === "f1" && value === undefined) return { fbeta: 1 };
  const number = Number(value);
  if (kind === "fbeta" && number > 0 && Number.isFinite(number)) return { fbeta: number };
  if (kind === "precision" && number > 0 && number <= 1) return { precision: number };
  if (kind === "recall" && number > 0 && number <= 1) return { recall: number };
  throw new InvalidArgumentError("It must be f1, fbeta:BETA, precision:SHARE or recall:SHARE.");
}

async function runThresholds(
  run: string | undefined,
  overrides: readonly string[],
  flags: ThresholdsFlags,
): Promise<void> {
  const { chooseModelThresholds, newestRunFolder } = await import("../app/index.ts");
  const request = await runRequest(run, overrides, flags.import);
  const model = request.run ?? (await newestRunFolder(request.write));
  const result = await chooseModelThresholds({
    ...request,
    model,
    goal: flags.for,
    scope: flags.global === true ? "global" : "per_label",
  });
  if (flags.json === true) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    describe(result);
    tellOfExports(model, result.model);
  }
}

const KEPT = {
  "never present": "kept: no picture has the label",
  "all alike": "kept: all its probabilities are equal",
  "out of reach": "kept: no threshold reaches the goal",
} as const;

/** What thresholds bring, a row for each label. */
export function thresholdTable(labels: readonly (EvaluatedLabel & Pick<LabelThreshold, "kept">)[]): string {
  const share = (value: number): string => (Number.isNaN(value) ? "-" : `${(value * 100).toFixed(1)} %`);
  const rows = labels.map(({ label, threshold, precision, recall, f1, pictures, kept }) => [
    label,
    threshold.toFixed(4),
    share(precision),
    share(recall),
    share(f1),
    String(pictures),
    ...(kept === undefined ? [] : [KEPT[kept]]),
  ]);
  const header = ["label", "threshold", "precision", "recall", "F1", "pictures"];
  if (labels.some(({ kept }) => kept !== undefined)) header.push("");
  return formatTable(
    header,
    rows.map((row) => header.map((_, i) => row[i] ?? "")),
  );
}

function describe({ model, labels, gains }: ThresholdsResult): void {
  process.stdout.write(`${model}\n${thresholdTable(labels)}\n`);
  for (const { part, pictures, macroF1, macroF1At05 } of gains)
    writeLine(
      `macro F1 on ${pictures} ${part} pictures: ${macroF1.toFixed(4)}, at 0.5 ${macroF1At05.toFixed(4)}${part === "val" ? " (the thresholds were chosen on them)" : ""}`,
    );
}

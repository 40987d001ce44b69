// classifier-training calibrate: probabilities that are as high as they are right, and thresholds below which the model is unsure.
import { Command, InvalidArgumentError, Option } from "commander";
import type { CalibratedLabels, CalibratedPart, CalibrationResult } from "../app/index.ts";
import { ClassifierTrainingError } from "../core/errors.ts";
import { formatTable } from "../core/table.ts";
import { writeLine } from "./output.ts";
import { addRunArguments, collect, runRequest, tellOfExports } from "./run-argument.ts";

interface CalibrateFlags {
  readonly import: readonly string[];
  readonly method?: "temperature" | "vector" | "per_label";
  readonly abstain?: { readonly precision: number } | { readonly coverage: number };
  readonly perClass?: boolean;
  readonly keep?: number;
  readonly outliers: readonly string[];
  readonly json?: boolean;
}

/** Takes a run, by default the newest, or an exported model and data. */
export function calibrateCommand(): Command {
  const command = new Command("calibrate").description(
    "fit a model's confidence to validation pictures, and choose when it is to say that it is unsure",
  );
  return addRunArguments(command)
    .addOption(
      new Option(
        "--method <method>",
        "one temperature for all logits (default), vector: a scale and a bias for each class; of several labels per_label: a temperature for each (default)",
      ).choices(["temperature", "vector", "per_label"]),
    )
    .option(
      "--abstain <goal>",
      "be unsure below a confidence: precision=0.95 (of what is said) or coverage=0.8",
      goal,
    )
    .option("--per-class", "a threshold for each class, which reaches the goal for it alone")
    .option("--keep <share>", "share of the validation pictures that are to count as familiar", share)
    .option(
      "--outliers <path>",
      "pictures of nothing that the model knows, or a folder of them (repeatable)",
      collect,
      [],
    )
    .option("--json", "print as JSON")
    .action(runCalibrate);
}

async function runCalibrate(
  run: string | undefined,
  overrides: readonly string[],
  flags: CalibrateFlags,
): Promise<void> {
  if (flags.perClass === true && flags.abstain === undefined)
    throw new ClassifierTrainingError("usage", "NO_GOAL", "the classes have no goal to reach", {
      where: "--per-class",
      hint: "add --abstain precision=SHARE or coverage=SHARE",
    });
  const { calibrate, newestRunFolder } = await import("../app/index.ts");
  const request = await runRequest(run, overrides, flags.import);
  const model = request.run ?? (await newestRunFolder(request.write));
  const result = await calibrate({
    ...request,
    model,
    method: flags.method,
    abstain: flags.abstain,
    perClass: flags.perClass,
    keep: flags.keep,
    outliers: flags.outliers.length === 0 ? undefined : flags.outliers,
  });
  if (flags.json === true) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    describe(result);
    tellOfExports(model, result.model);
  }
}

function describe(result: CalibrationResult): void {
  const { model, calibration, classNames, outliers } = result;
  const { scaling, leastConfidence, leastFamiliarity } = calibration;
  process.stdout.write(`${model}\n`);
  if (result.task === "multi_class") process.stdout.write(`${figures(result.parts)}\n`);
  else {
    process.stdout.write(`${labelTable(result)}\n${labelFigures(result.parts)}\n`);
    if (result.thresholds !== undefined)
      writeLine("the thresholds were moved along: the same labels are present as before");
  }
  if (!result.helps) {
    const { pictures } = result.parts[0]!.before;
    writeLine(
      `probabilities stay as they are: a fit to the others made the ${pictures} validation pictures no better; give more with data.root=FOLDER`,
    );
  } else if (scaling.method === "temperature") writeLine(`temperature ${scaling.temperature.toFixed(3)}`);
  if (leastConfidence?.length === 1)
    writeLine(`unsure below a confidence of ${percent(leastConfidence[0]!)}`);
  else if (leastConfidence !== undefined) {
    const each = leastConfidence.map((least, c) =>
      least === null ? `${classNames[c]} always` : `${classNames[c]} below ${percent(least)}`,
    );
    writeLine(`unsure of ${each.join(", ")}`);
  }
  if (leastFamiliarity !== undefined) writeLine(`unfamiliar below ${leastFamiliarity.toFixed(3)}`);
  if (outliers === undefined) return;
  const { pictures, familiarity, confidence, found } = outliers;
  writeLine(
    `${pictures} outliers: ${percent(found)} found unfamiliar; AUROC ${familiarity.toFixed(3)} ` +
      `(${confidence.toFixed(3)} by confidence alone)`,
  );
}

function figures(parts: readonly CalibratedPart[]): string {
  const rows = parts.flatMap(({ part, before, after, abstention, familiar }) => [
    [
      part,
      String(before.pictures),
      percent(before.accuracy),
      percent(before.calibrationError),
      before.logLoss.toFixed(3),
    ],
    [
      "  calibrated",
      "",
      percent(after.accuracy),
      percent(after.calibrationError),
      after.logLoss.toFixed(3),
      ...(abstention === undefined
        ? []
        : [percent(abstention.given / abstention.pictures), percent(abstention.right / abstention.given)]),
      ...(familiar === undefined ? [] : [percent(familiar)]),
    ],
  ]);
  const header = ["split", "pictures", "accuracy", "calibration error", "log loss"];
  if (parts[0]!.abstention !== undefined) header.push("sure of", "of these right");
  if (parts[0]!.familiar !== undefined) header.push("familiar");
  return formatTable(
    header,
    rows.map((row) => header.map((_, i) => row[i] ?? "")),
  );
}

/** The calibration error of each label, and what its logits are divided by. */
function labelTable({ classNames, calibration: { scaling }, parts }: LabelsResult): string {
  const errors = ({ before, after }: CalibratedLabels, label: number): string[] => [
    percent(before.labels[label]!),
    percent(after.labels[label]!),
  ];
  const rows = classNames.map((name, label) => [
    name,
    ...(scaling.method === "per_label" ? [scaling.temperatures[label]!.toFixed(3)] : []),
    ...parts.flatMap((part) => errors(part, label)),
  ]);
  const header = [
    "label",
    ...(scaling.method === "per_label" ? ["temperature"] : []),
    ...parts.flatMap(({ part }) => [`${part} error`, "calibrated"]),
  ];
  return formatTable(header, rows);
}

function labelFigures(parts: readonly CalibratedLabels[]): string {
  const rows = parts.flatMap(({ part, before, after, familiar }) => [
    [part, String(before.pictures), percent(before.calibrationError), before.logLoss.toFixed(3), ""],
    [
      "  calibrated",
      "",
      percent(after.calibrationError),
      after.logLoss.toFixed(3),
      familiar === undefined ? "" : percent(familiar),
    ],
  ]);
  const header = ["split", "pictures", "mean calibration error", "log loss", "familiar"];
  const shown = parts[0]!.familiar === undefined ? header.slice(0, -1) : header;
  return formatTable(
    shown,
    rows.map((row) => row.slice(0, shown.length)),
  );
}

type LabelsResult = Extract<CalibrationResult, { readonly task: "multi_label" }>;

function percent(share: number): string {
  return Number.isNaN(share) ? "-" : `${(share * 100).toFixed(1)} %`;
}

function share(text: string): number {
  const value = Number(text);
  if (text !== "" && value > 0 && value <= 1) return value;
  throw new InvalidArgumentError("It must be a share above 0, at most 1.");
}

function goal(text: string): { readonly precision: number } | { readonly coverage: number } {
  const [, kind, value = ""] = /^(precision|coverage)=(.*)$/.exec(text) ?? [];
  if (kind === undefined) throw new InvalidArgumentError("It must be precision=SHARE or coverage=SHARE.");
  return kind === "precision" ? { precision: share(value) } : { coverage: share(value) };
}

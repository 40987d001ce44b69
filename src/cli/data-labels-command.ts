// classifier-training data labels: the labels that are most likely wrong.
import { Command, Option } from "commander";
import { importModules } from "../app/import-modules.ts";
import type { LabelFilter, LabelScore, SuspiciousLabels } from "../app/index.ts";
import { formatTable } from "../core/table.ts";
import { addConfigFlags, type ConfigFlags, inspectConfiguration } from "./config-flags.ts";
import { writeLine } from "./output.ts";

interface LabelFlags extends ConfigFlags {
  readonly run?: string;
  readonly json?: boolean;
  readonly score: LabelScore;
  readonly filter: LabelFilter;
}

/** Labels printed. */
const MOST_LABELS = 50;
const SCORES: readonly LabelScore[] = ["self_confidence", "normalized_margin", "confidence_weighted_entropy"];
const FILTERS: readonly LabelFilter[] = ["prune_by_noise_rate", "prune_by_class", "both"];

/** From the predictions of a run's validation, or of all folds of a cross-validation. */
export function dataLabelsCommand(): Command {
  const command = new Command("labels")
    .description("rank labels by how likely they are wrong, from what a run or a cross-validation says")
    .argument("[overrides...]", "the data as it is now, as for train (default: labels as the run had them)")
    .option("--run <folder>", "a run, or a cross-validation (default: the newest below outputs)")
    .addOption(
      new Option("--score <name>", "how a label is scored").choices(SCORES).default("self_confidence"),
    )
    .addOption(
      new Option("--filter <name>", "which count as errors").choices(FILTERS).default("prune_by_noise_rate"),
    )
    .option("--json", "print as JSON");
  return addConfigFlags(command).action(printLabels).exitOverride();
}

async function printLabels(overrides: readonly string[], flags: LabelFlags): Promise<void> {
  await importModules(flags.import);
  const text = await inspectConfiguration(overrides, flags);
  if (text !== undefined) {
    process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
    return;
  }
  const { allComponents, composeRun, newestPredictions, suspiciousLabels } = await import("../app/index.ts");
  const run = flags.run ?? (await newestPredictions(writeLine));
  const data =
    overrides.length === 0
      ? undefined
      : {
          composition: await composeRun({ overrides, ...flags }),
          registry: allComponents(),
          write: writeLine,
        };
  const { score, filter } = flags;
  const found = await suspiciousLabels({ run, data, score, filter });
  process.stdout.write(`${flags.json === true ? JSON.stringify(found) : tableOf(found)}\n`);
  const errors = found.suspicious.filter(({ isError }) => isError).length;
  const others = found.suspicious.length - errors;
  writeLine(
    `${errors} of ${found.pictures} labels are likely wrong; the model contradicts ${others} more, but is less sure`,
  );
}

function tableOf({ suspicious }: SuspiciousLabels): string {
  const list = (names: string | readonly string[]): string =>
    typeof names === "string" ? names : names.join(", ") || "no label";
  const rows = suspicious
    .slice(0, MOST_LABELS)
    .map(({ score, isError, given, suggested, name }) => [
      score.toFixed(4),
      isError ? "wrong" : "doubtful",
      list(given),
      list(suggested),
      name,
    ]);
  return formatTable(["score", "likely", "given", "suggested", "picture"], rows);
}
